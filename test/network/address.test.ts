import { expect, test } from "vitest";
import { parseAddress } from "../../src/network/index.ts";

test.each([
  ["10.0.0.2", { family: 4, address: "10.0.0.2", prefix: 32 }],
  ["10.0.0.2/24", { family: 4, address: "10.0.0.2", prefix: 24 }],
  ["fd00::2", { family: 6, address: "fd00::2", prefix: 128 }],
  ["FD00:0:0::2/64", { family: 6, address: "fd00::2", prefix: 64 }],
])("%s", (text, parsed) => {
  expect(parseAddress(text)).toEqual(parsed);
});

test.each([
  "",
  "10.0.0",
  "10.0.0.256",
  "10.0.0.2/33",
  "fd00::2/129",
  "fe80::1%eth0",
  "web",
  "10.0.0.2 ",
  "010.0.0.1",
  "1:2",
  "::1/",
])("%j is no address", (text) => {
  expect(parseAddress(text)).toBeNull();
});
