/** What fails half way leaves nothing beside what it was to become. */
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { flipSymlink, replaceLink, writeFileAtomic } from "../../src/store/files.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-files-"));
  // Nothing can be renamed over a directory that is not empty.
  mkdirSync(join(place, "there/full"), { recursive: true });
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test.each([
  ["a link", () => flipSymlink(join(place, "there"), "3")],
  ["a link under another name", () => replaceLink(join(place, "there"), "3", join(place, "there.stowage-1"))],
  ["a file", () => writeFileAtomic(join(place, "there"), "text")],
])("%s that cannot get its name", (_, write) => {
  expect(write).toThrow();
  expect(readdirSync(place)).toEqual(["there"]);
});

test("what a cut has left under the link's other name is no hindrance", () => {
  flipSymlink(join(place, "current.new"), "left");
  flipSymlink(join(place, "current"), "4");
  expect(readlinkSync(join(place, "current"))).toBe("4");
  expect(readdirSync(place).sort()).toEqual(["current", "there"]);
});
