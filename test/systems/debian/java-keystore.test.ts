import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { keystoreAt } from "../../../src/systems/debian/java-keystore.ts";

const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const text = (value: string) => Buffer.concat([number(value.length).subarray(2), Buffer.from(value)]);
const at = (seconds: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(seconds) * 1000n);
  return bytes;
};
const entry = (alias: string, seconds: number, tag = 2) =>
  Buffer.concat([number(tag), text(alias), at(seconds), text("X.509"), number(3), Buffer.from("DER")]);

function keystore(entries: readonly Buffer[], password = "changeit"): Buffer {
  const content = Buffer.concat([number(0xfeedfeed), number(2), number(entries.length), ...entries]);
  const words = Buffer.from([...password].flatMap((letter) => [0, letter.charCodeAt(0)]));
  const sum = createHash("sha1").update(words).update("Mighty Aphrodite").update(content).digest();
  return Buffer.concat([content, sum]);
}

test("keystores that differ in their times alone become the same one", () => {
  const [early, late] = [1000, 2000].map((time) =>
    keystore([entry("debian:a.pem", time), entry("debian:b.pem", time + 1)]),
  );
  expect(keystoreAt(early as Buffer, 500)).toEqual(keystore([entry("debian:a.pem", 500), entry("debian:b.pem", 500)]));
  expect(keystoreAt(late as Buffer, 500)).toEqual(keystoreAt(early as Buffer, 500));
  expect(keystoreAt(keystore([]), 500)).toEqual(keystore([]));
});
test.each([
  ["a private key", keystore([entry("mine", 1, 1)])],
  ["another password", keystore([entry("debian:a.pem", 1)], "secret")],
  ["another format", Buffer.from("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")],
  ["nothing", Buffer.alloc(0)],
])("what has %s is left as it is", (_, bytes) => {
  expect(keystoreAt(bytes, 500)).toBeNull();
});
