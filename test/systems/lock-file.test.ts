import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyLock } from "../../src/systems/lock.ts";
import { readLock, writeLock } from "../../src/systems/lock-file.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-lock-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const lock = { ...emptyLock, accounts: { users: { app: 500 }, groups: {} } };

test("a file that is not there is an empty lock, and is made", () => {
  const file = join(place, "stowage.lock");
  expect(readLock(file)).toEqual(emptyLock);
  writeLock(file, lock);
  expect(readLock(file)).toEqual(lock);
  expect(readdirSync(place)).toEqual(["stowage.lock"]);
});

test("a link stays one: what it leads to is written", () => {
  mkdirSync(join(place, "repository"));
  const [real, link] = [join(place, "repository/stowage.lock"), join(place, "stowage.lock")];
  writeLock(real, emptyLock);
  symlinkSync(real, link);
  writeLock(link, lock);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readLock(real)).toEqual(lock);
});
