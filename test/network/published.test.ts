import fc from "fast-check";
import { expect, test } from "vitest";
import { types } from "../../src/modules/index.ts";
import { doAddressesMeet, isChosen, isLoopback, parsePublished } from "../../src/network/index.ts";

test.each([
  ["80", { protocol: "tcp", address: null, host: null, inside: { from: 80, to: 80 } }],
  [":80", { protocol: "tcp", address: null, host: null, inside: { from: 80, to: 80 } }],
  ["8080:80", { protocol: "tcp", address: null, host: { from: 8080, to: 8080 }, inside: { from: 80, to: 80 } }],
  ["127.0.0.1::53/udp", { protocol: "udp", address: "127.0.0.1", host: null, inside: { from: 53, to: 53 } }],
  ["[0::1]:81:82/sctp", { protocol: "sctp", address: "::1", host: { from: 81, to: 81 }, inside: { from: 82, to: 82 } }],
  ["1-3:4-6", { protocol: "tcp", address: null, host: { from: 1, to: 3 }, inside: { from: 4, to: 6 } }],
])("%s", (text, expected) => {
  expect(types.portMapping.check(text)).toBe(true);
  expect(parsePublished(text)).toEqual(expected);
});

test.each([
  "127.0.0.1:80",
  "[::1]:80",
  "1.2.3.4.5:1:1",
  "::1:80:80",
  "0:80",
  "65536:80",
  "3-1:80",
  "80/icmp",
  "",
  "a:80",
])("%s is none", (text) => {
  expect(types.portMapping.check(text)).toBe(false);
});

test("an address and one port only: what to write", () => {
  expect(types.portMapping.why?.("127.0.0.1:80/udp")).toBe(
    "write 127.0.0.1:80:80/udp, or 127.0.0.1::80/udp for any port",
  );
});

test("what the type takes can be read", () => {
  const number = fc.integer({ min: 1, max: 65_535 });
  const range = fc.oneof(
    number.map(String),
    fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  );
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().map((text) => `[${text}]`),
  );
  const mapping = fc
    .tuple(
      fc.option(fc.tuple(fc.option(address), fc.option(range))),
      range,
      fc.constantFrom("", "/tcp", "/udp", "/sctp"),
    )
    .map(([host, inside, protocol]) => {
      const before = host === null ? "" : `${host[0] === null ? "" : `${host[0]}:`}${host[1] ?? ""}:`;
      return `${before}${inside}${protocol}`;
    });
  fc.assert(
    fc.property(mapping, (text) => {
      if (types.portMapping.check(text)) expect(() => parsePublished(text)).not.toThrow();
      else expect(text).toMatch(/\[/);
    }),
  );
});

test("one of several: docker chooses", () => {
  expect(isChosen(parsePublished("80"))).toBe(true);
  expect(isChosen(parsePublished("2000-2010:80"))).toBe(true);
  expect(isChosen(parsePublished("2000-2010:80-90"))).toBe(false);
});

test("who gets to an address", () => {
  expect(["127.0.0.1", "127.1.2.3", "::1"].map(isLoopback)).toEqual([true, true, true]);
  expect([null, "0.0.0.0", "192.0.2.1", "::", "::2"].map(isLoopback)).not.toContain(true);
});

test.each([
  [null, "127.0.0.1", true],
  ["0.0.0.0", "127.0.0.1", true],
  ["::", "::1", true],
  ["0.0.0.0", "::1", false],
  ["::", "127.0.0.1", false],
  ["192.0.2.1", "192.0.2.2", false],
  ["192.0.2.1", "192.0.2.1", true],
])("%s and %s meet: %s", (a, b, expected) => {
  expect(doAddressesMeet(a, b)).toBe(expected);
  expect(doAddressesMeet(b, a)).toBe(expected);
});
