import fc from "fast-check";
import { expect, test } from "vitest";
import { isWithin, overlaps, subnetOf } from "../../src/network/index.ts";

const of = (text: string) => {
  const subnet = subnetOf(text);
  if (subnet === null) throw new Error(`${text} is none`);
  return subnet;
};

test.each([
  ["10.89.5.0/24", "10.89.5.255", true],
  ["10.89.5.0/24", "10.89.6.0", false],
  ["fd00:5::/64", "fd00:5::ffff:0:0:1", true],
  ["fd00:5::/64", "fd00:5:0:1::", false],
  ["::/0", "10.0.0.1", false],
  ["0.0.0.0/0", "255.255.255.255", true],
  ["10.0.0.0/8", "no address", false],
])("%s has %s: %s", (subnet, address, is) => {
  expect(isWithin(of(subnet), address)).toBe(is);
});

test("an address with its subnet's length is not the subnet", () => {
  expect(of("10.89.5.1/24").hasHostBits).toBe(true);
  expect(of("fd00:5::1/64").hasHostBits).toBe(true);
  expect(of("fd00:5::/64").hasHostBits).toBe(false);
  expect(subnetOf("10.0.0.1")).toBeNull();
  expect(subnetOf("rubbish/8")).toBeNull();
});

test("two overlap if one begins in the other", () => {
  const text = fc.tuple(fc.ipV4(), fc.integer({ min: 4, max: 32 })).map(([address, prefix]) => `${address}/${prefix}`);
  const text6 = fc
    .tuple(fc.ipV6(), fc.integer({ min: 4, max: 128 }))
    .map(([address, prefix]) => `${address}/${prefix}`);
  fc.assert(
    fc.property(fc.oneof(fc.tuple(text, text), fc.tuple(text6, text6)), ([one, other]) => {
      const [a, b] = [subnetOf(one), subnetOf(other)];
      if (a === null || b === null) return;
      expect(overlaps(a, b)).toBe(isWithin(a, address(other)) || isWithin(b, address(one)));
      expect(overlaps(a, b)).toBe(overlaps(b, a));
      expect(overlaps(a, a)).toBe(true);
    }),
  );
});
const address = (text: string): string => text.slice(0, text.indexOf("/"));

test("families have nothing in common", () => {
  expect(overlaps(of("0.0.0.0/0"), of("::/0"))).toBe(false);
});
