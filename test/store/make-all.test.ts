import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeAll } from "../../src/store/make-all.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stowage-make-all-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("makes what is missing, with the mode, and tells the first that it made", () => {
  expect(makeAll(`${directory}/a/b/c`, 0o700)).toBe(`${directory}/a`);
  expect(statSync(`${directory}/a/b/c`).mode & 0o777).toBe(0o700);
  expect(makeAll(`${directory}/a/b/c`)).toBeUndefined();
  expect(makeAll(`${directory}/a/d`)).toBe(`${directory}/a/d`);
});

test("a link to a directory is one; a file, or a link to nothing, is in the way", () => {
  symlinkSync(".", `${directory}/here`);
  expect(makeAll(`${directory}/here/x`)).toBe(`${directory}/here/x`);
  writeFileSync(`${directory}/file`, "");
  symlinkSync("nothing", `${directory}/dangling`);
  for (const name of ["file", "dangling"]) expect(() => makeAll(`${directory}/${name}`)).toThrow(/EEXIST/);
  expect(() => makeAll(`${directory}/file/below`)).toThrow(/ENOTDIR/);
  expect(existsSync(`${directory}/nothing`)).toBe(false);
});

test("where nobody can make a directory it ends with what was said of that", () => {
  expect(() => makeAll("/proc/stowage/below")).toThrow(/ENOENT.*'\/proc\/stowage'/);
});
