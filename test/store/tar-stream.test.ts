import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TarStream } from "../../src/store/tar-stream.ts";

let place: string;
let tar: Buffer;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-tar-"));
  mkdirSync(join(place, "top/some"), { recursive: true });
  writeFileSync(join(place, "top/some/file"), "x".repeat(1000));
  writeFileSync(join(place, "top/empty"), "");
  writeFileSync(join(place, `top/${"long".repeat(40)}`), "a header of its own");
  symlinkSync("file", join(place, "top/some/link"));
  const tree = ["-C", place, "--format=posix", "-cf", "-"];
  tar = execFileSync("tar", [...tree, ...(process.getuid?.() === 0 ? ["-C", "/dev", "null"] : []), "-C", place, "top"]);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

function changed(stream: Uint8Array, sizes: readonly number[] = [stream.length]): Buffer {
  const pieces: Uint8Array[] = [];
  const through = new TarStream((piece) => pieces.push(piece));
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const end = at + (sizes[turn % sizes.length] as number);
    through.push(stream.subarray(at, end));
    at = end;
  }
  return Buffer.concat(pieces);
}

/** As tar writes it since 1.35, or before. */
function written(stream: Buffer, byteOfDevices: string): Buffer {
  const copy = Buffer.from(stream);
  for (let at = 0; at < copy.length && copy[at] !== 0; ) {
    const header = copy.subarray(at, at + 512);
    if (header[156] !== 0x33) {
      header.write(byteOfDevices.repeat(7), 329, "latin1");
      header.write(byteOfDevices.repeat(7), 337, "latin1");
      header.write("        ", 148, "latin1");
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    }
    at += 512 + Math.ceil(Number.parseInt(header.toString("latin1", 124, 135), 8) / 512) * 512;
  }
  return copy;
}

test("what tar wrote before and since 1.35 comes out the same", () => {
  const [before, since] = [written(tar, "0"), written(tar, "\0")];
  expect(before.equals(since)).toBe(false);
  expect(changed(before).equals(changed(since))).toBe(true);
  expect(changed(tar).equals(changed(since))).toBe(true);
});
test("it is still the archive that it was", () => {
  const list = (archive: Buffer) => execFileSync("tar", ["-tvf", "-"], { input: archive, encoding: "utf8" });
  expect(list(changed(tar))).toBe(list(tar));
  expect(changed(tar)).toHaveLength(tar.length);
});
test("whatever the pieces in which it comes", () => {
  const whole = changed(tar);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 9 }), (sizes) => {
      expect(changed(tar, sizes).equals(whole)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
