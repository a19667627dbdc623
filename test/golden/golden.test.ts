/**
 * Every file in `cases/` is a set of containers; `expected/` has all that is made of it. A new case is a new file; after
 * a change that is meant, `vitest -u` writes the expected files, and the difference is read in review.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileConfig, type Generation } from "../../src/compile/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { ToplevelRecipe } from "../../src/systems/recipe.ts";
import { render } from "../../src/units/index.ts";
import { hostConfig, lock } from "../compile/config.ts";

const cases = readdirSync(join(import.meta.dirname, "cases")).map((file) => basename(file, ".json"));

const compiled = (name: string): Generation => {
  const short = JSON.parse(readFileSync(join(import.meta.dirname, "cases", `${name}.json`), "utf8"));
  return compileConfig(hostConfig(short), lock, defaultLayout);
};

describe.each(cases)("%s", (name) => {
  const generation = compiled(name);

  test("what is made of it", async () => {
    await expect(asText(generation)).toMatchFileSnapshot(join(import.meta.dirname, "expected", `${name}.txt`));
  });

  test("systemd finds nothing wrong with its units", () => {
    const units = Object.values(generation.units).map((unit) => [unit.name, render(unit)] as const);
    expect(verify(units, generation.unitLinks)).toBe("");
  });

  test("systemd finds nothing wrong with the units inside", () => {
    for (const recipe of toplevels(generation)) {
      const units = Object.entries(recipe.units).filter(([path]) => !path.includes("/"));
      expect(verify(units, {})).toBe("");
    }
  });
});

/** Not in the order of their store names, which changes with every recipe. */
const toplevels = (generation: Generation): ToplevelRecipe[] =>
  Object.values(generation.systems)
    .flatMap((recipe) => (recipe.kind === "toplevel" ? recipe : []))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

function asText(generation: Generation): string {
  const parts = [
    ...Object.values(generation.units).map((unit) => [`unit ${unit.name}`, render(unit)]),
    ...Object.entries(generation.unitLinks).map(([link, target]) => [`link ${link}`, `${target}\n`]),
    ...Object.entries(generation.files).map(([path, { text, mode }]) => [`file ${path} ${mode}`, text]),
    ["hosts", generation.hosts.map(({ address, names }) => `${address} ${names.join(" ")}\n`).join("")],
    ...toplevels(generation).flatMap((recipe) => [
      ...Object.entries(recipe.etc).map(([path, f]) => [`${recipe.name}: /etc/${path} ${f.mode} ${f.user}`, f.text]),
      ...Object.entries(recipe.units).map(([path, text]) => [`${recipe.name}: unit ${path}`, text]),
      ...Object.entries(recipe.unitLinks).map(([path, target]) => [`${recipe.name}: link ${path}`, `${target}\n`]),
      ...Object.entries(recipe.bin).map(([path, text]) => [`${recipe.name}: bin/${path}`, text]),
    ]),
  ];
  // Names of store paths change with every new version of a builder, which is no matter of these files.
  const name = new RegExp(Object.keys(generation.systems).join("|") || "(?!)", "g");
  return parts
    .map(([title, text]) => `=== ${title}\n${text}`)
    .join("\n")
    .replace(name, (found) => `HASH${found.slice(found.indexOf("-"))}`);
}

const ofAnotherMachine = /is not executable: No such file|Unit postgresql\.service not found/;

/** What `systemd-analyze verify` says, without what only says that this machine is not the host, or the container. */
function verify(units: readonly (readonly [string, string])[], links: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), "stowage-units-"));
  try {
    for (const [name, text] of units) writeFileSync(join(dir, name), text);
    for (const [link, target] of Object.entries(links)) {
      mkdirSync(dirname(join(dir, link)), { recursive: true });
      symlinkSync(target, join(dir, link));
    }
    if (units.length === 0) return "";
    // What it only warns of, unknown keys among them, does not show in its exit status.
    const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...units.map(([name]) => join(dir, name))], {
      env: { PATH: process.env.PATH, SYSTEMD_UNIT_PATH: `${dir}:` },
      encoding: "utf8",
    });
    return stderr
      .split("\n")
      .filter((line) => line !== "" && !ofAnotherMachine.test(line))
      .join("\n");
  } finally {
    rmSync(dir, { recursive: true });
  }
}
