import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { giveCode, takeCode } from "../../lab/code.ts";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "lab-code-"));
  vi.stubEnv("STOWAGE_LAB_CACHE", join(scratch, "cache"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

const inside = (host: string): string => join(scratch, host, "var/cache/stowage/code");

/** A host that has kept these before it ended. */
function ended(host: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(inside(host), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(inside(host), name), text);
  takeCode(join(scratch, host));
}

/** What a new host has. */
function given(host: string): Record<string, string> {
  giveCode(join(scratch, host));
  const names = readdirSync(inside(host)).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(inside(host), name), "utf8")]));
}

test("what one host has kept of the command's code the next one has, of each verb the most", () => {
  ended("first", {
    "00ff-v20.1.0-x64-switch": "long run",
    "00ff-v20.1.0-x64-plan": "plan",
    "00ff-v20.1.0-x64-run.4711": "?",
  });
  ended("second", { "00ff-v20.1.0-x64-switch": "short", "00ff-v20.1.0-x64-plan": "longer plan" });
  expect(given("third")).toEqual({ "00ff-v20.1.0-x64-switch": "long run", "00ff-v20.1.0-x64-plan": "longer plan" });
  expect(statSync(inside("third")).mode & 0o777).toBe(0o700);
  expect(statSync(dirname(inside("third"))).mode & 0o777).toBe(0o755);
});

test("of another build nothing stays", () => {
  ended("first", { "00ff-v20.1.0-x64-switch": "a", "00ff-v20.1.0-x64-plan": "a" });
  ended("second", { "11ee-v20.1.0-x64-switch": "b" });
  expect(given("third")).toEqual({ "11ee-v20.1.0-x64-switch": "b" });
});

test("a first host has none, and none is missed", () => {
  giveCode(join(scratch, "host"));
  takeCode(join(scratch, "host"));
  expect(readdirSync(scratch)).toEqual([]);
});
