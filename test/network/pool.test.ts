import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressesIn, poolOf } from "../../src/network/pool.ts";
import { overlaps, subnetOf } from "../../src/network/subnets.ts";

const pool = (subnet: string) => {
  const found = poolOf(subnet);
  if (found === null) throw new Error(`no pool: ${subnet}`);
  return found;
};
const isWithin = (text: string, address: string): boolean => {
  const [own, other] = [subnetOf(text), subnetOf(`${address}/32`)];
  return own !== null && other !== null && overlaps(own, other);
};
const name = fc.stringMatching(/^[a-z0-9]([a-z0-9_.-]{0,30}[a-z0-9])?$/);

describe("a pool", () => {
  test("is a network's lower half; the upper one is left to others", () => {
    expect(pool("10.87.0.0/16")).toMatchObject({ gateway: "10.87.0.1", others: "10.87.128.0/17", size: 32766 });
    expect(pool("192.168.7.0/24")).toMatchObject({ gateway: "192.168.7.1", others: "192.168.7.128/25", size: 126 });
  });
  test.each(["10.87.0.1/16", "10.87.0.0", "10.87.0.0/29", "0.0.0.0/0", "fd00::/64", "x"])("%s is none", (text) => {
    expect(poolOf(text)).toBeNull();
  });
});

describe("addresses", () => {
  test("depend on the name alone, as long as no two of them meet", () => {
    const wide = pool("10.87.0.0/16");
    expect(addressesIn(wide, ["web"]).get("web")).toBe(addressesIn(wide, ["db", "web", "cache"]).get("web"));
  });

  test("are each name's own, in the lower half, and never the gateway's", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { maxLength: 14 }),
        fc.constantFrom("10.0.0.0/28", "10.1.0.0/27"),
        (names, of) => {
          // So small that they meet all the time.
          const small = pool(of);
          const given = [...addressesIn(small, names.slice(0, small.size)).values()];
          expect(new Set(given).size).toBe(Math.min(names.length, small.size));
          for (const text of given) {
            expect(text).not.toBe(small.gateway);
            expect(isWithin(of, text)).toBe(true);
            expect(isWithin(small.others, text)).toBe(false);
          }
        },
      ),
    );
  });

  test("more names than addresses are a mistake of the caller's", () => {
    const names = Array.from({ length: 7 }, (_, at) => `c${at}`);
    expect(() => addressesIn(pool("10.0.0.0/28"), names)).toThrow("7 names in a pool of 6");
  });
});
