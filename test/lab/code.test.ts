import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { giveCode, takeCode } from "../../lab/code.ts";
import { checkout } from "../../lab/places.ts";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "lab-code-"));
  vi.stubEnv("STOWAGE_LAB_CACHE", join(scratch, "cache"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

/** As tools/build.mjs names it. */
const build = createHash("sha256")
  .update(readFileSync(join(checkout(), "dist/app.cjs")))
  .digest("hex")
  .slice(0, 16);

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
    [`${build}-v20.1.0-x64-switch`]: "long run",
    [`${build}-v20.1.0-x64-plan`]: "plan",
    [`${build}-v20.1.0-x64-run.4711`]: "?",
  });
  ended("second", { [`${build}-v20.1.0-x64-switch`]: "short", [`${build}-v20.1.0-x64-plan`]: "longer plan" });
  expect(given("third")).toEqual({
    [`${build}-v20.1.0-x64-switch`]: "long run",
    [`${build}-v20.1.0-x64-plan`]: "longer plan",
  });
  expect(statSync(inside("third")).mode & 0o777).toBe(0o700);
  expect(statSync(dirname(inside("third"))).mode & 0o777).toBe(0o755);
});

test("of another build nothing is taken, and nothing stays", () => {
  const kept = join(scratch, "cache/code");
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, "00ff-v20.1.0-x64-gc"), "former");
  ended("first", { "11ee-v20.1.0-x64-switch": "another", [`${build}-v20.1.0-x64-plan`]: "a" });
  expect(readdirSync(kept)).toEqual([`${build}-v20.1.0-x64-plan`]);
  expect(given("second")).toEqual({ [`${build}-v20.1.0-x64-plan`]: "a" });
});

test("a first host has none, and none is missed", () => {
  giveCode(join(scratch, "host"));
  takeCode(join(scratch, "host"));
  expect(readdirSync(scratch)).toEqual([]);
});
