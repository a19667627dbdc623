import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StowageError } from "../../src/error.ts";
import { requireNeeded } from "../../src/systems/needs.ts";
import { emptyToplevel } from "../../src/systems/recipe.ts";

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "stowage-needs-"));
  mkdirSync(join(tree, "usr/share/zoneinfo/Europe"), { recursive: true });
  for (const zone of ["UTC", "Europe/Berlin", "Europe/Dublin"])
    writeFileSync(join(tree, "usr/share/zoneinfo", zone), "");
  mkdirSync(join(tree, "usr/lib/locale/de_DE.utf8"), { recursive: true });
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

function problems(needs: Record<string, string>) {
  try {
    requireNeeded({ ...emptyToplevel("web", "0-debian-trixie"), needs }, tree);
    return [];
  } catch (error) {
    if (error instanceof StowageError)
      return error.problems.map(({ message, details }) => [message, ...(details ?? [])]);
    throw error;
  }
}

test("what is there is enough", () => {
  expect(
    problems({ "usr/share/zoneinfo/Europe/Berlin": "time.timeZone", "usr/lib/locale/de_DE.utf8": "i18n" }),
  ).toEqual([]);
});

test("a link is there, wherever it leads; below a file there is nothing", () => {
  symlinkSync("/etc/alternatives/vi", join(tree, "usr/vi"));
  expect(problems({ "usr/vi": "x" })).toEqual([]);
  expect(problems({ "usr/share/zoneinfo/UTC/x": "x" })).toHaveLength(1);
});

test("all that is missing is told at once, with what is like it", () => {
  const needs = {
    "usr/share/zoneinfo/Europe/Berlinn": "time.timeZone",
    "usr/lib/locale/de_DD.utf8": "i18n",
    "usr/bin/sudo": "security.sudo.enable",
  };
  expect(problems(needs)).toEqual([
    [
      "the packages of container web have no time zone Europe/Berlinn, which time.timeZone wants",
      "there is: Europe/Berlin",
    ],
    ["the packages of container web have no locale de_DD.utf8, which i18n wants", "there is: de_DE.utf8"],
    ["the packages of container web have no /usr/bin/sudo, which security.sudo.enable wants"],
  ]);
});
