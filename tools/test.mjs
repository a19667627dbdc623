#!/usr/bin/env node
/**
 * `npm test`: everything, from a bare clone. Installs what is missing, builds, checks, and runs the unit tests and the
 * scenarios on real systemd. The last line is `N passed, N failed`; the exit code is 0 only if nothing failed.
 *
 *   npm test                       all
 *   npm test -- scenarios          parts whose name holds the word: build, biome, types, unit, lab, scenarios
 *   npm test -- scenarios first    of these, files whose path holds "first"
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureAll, NotReady } from "./ensure.mjs";
import { check, root, runParts, task, vitest } from "./parts.mjs";

const [only, ...filters] = process.argv.slice(2);

/** Made before the scenarios, so that none of them waits for it under its own timeout. */
async function labTrees() {
  const { load } = await import("./load.mjs");
  const { suites, tree } = await load("lab/tree.ts");
  // Scenarios with Nix are played on one suite.
  const withNix = process.env.STOWAGE_SUITES === "all" ? suites : ["bookworm"];
  // With the base of their suites, which they begin with.
  const make = (flavour) => (suite) => tree(suite, flavour, (line) => console.log(`  ${line}`));
  await Promise.all([...suites.map(make("engines")), ...withNix.map(make("nix"))]);
}

/** The first build downloads and unpacks a whole Debian base, and some are large: not under a scenario's timeout either. */
async function largeSystems() {
  const { load } = await import("./load.mjs");
  const { buildOutside } = await load("lab/configure.ts");
  const { suites } = await load("lab/tree.ts");
  const { rebuilt, seeds, shop } = await load("test/scenarios/services/systems.ts");
  const onOutput = (piece) => process.stdout.write(piece);
  await buildOutside(readFileSync(join(root, "examples/first/host.ts"), "utf8"), { onOutput });
  for (const suite of suites) {
    for (const change of [{}, rebuilt]) await buildOutside(seeds(suite, change), { onOutput });
  }
  const { hostTs, files } = shop(pathToFileURL(join(root, "examples/")));
  await buildOutside(hostTs, { files, onOutput });
}

/** Files of package trees are links in the hosts that use them: whoever writes to one, writes to all. */
async function treesAsTheyAre() {
  const { load } = await import("./load.mjs");
  const { stateDir } = await load("lab/places.ts");
  const store = join(stateDir(), "state/store");
  const names = existsSync(store) ? readdirSync(store) : [];
  const trees = names.filter((name) => existsSync(join(store, name, "manifest.json"))).sort();
  const asIs = "%p %y %m %U %G %s %T@ %l\n";
  return new Map(
    trees.map((name) => [
      name,
      createHash("sha256")
        .update(listed(join(store, name), asIs))
        .digest("hex"),
    ]),
  );
}

const listed = (directory, format) =>
  execFileSync("find", [directory, "-printf", format], { maxBuffer: 2 ** 28 })
    .toString()
    .split("\n")
    .sort()
    .join("\n");

let before = new Map();
async function treesUnharmed() {
  const after = await treesAsTheyAre();
  const harmed = [...before].filter(([name, hash]) => after.has(name) && after.get(name) !== hash);
  if (harmed.length > 0)
    throw new Error(`a scenario wrote to the lab's store: ${harmed.map(([name]) => name).join(", ")}`);
}

function end({ passed, failed }) {
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

try {
  console.log("== machine");
  await ensureAll({ why: "npm test", gigabytes: 4 });
  const { checks } = await import("./check.mjs");
  const parts = [
    check("build", [process.execPath, `${root}tools/build.mjs`]),
    ...checks(),
    vitest("unit tests", "unit", filters),
    // Together: each waits for the network, the disk and one dpkg after the other.
    task("lab trees and store", () => Promise.all([labTrees(), largeSystems()])),
    task("what the lab's store has", async () => {
      before = await treesAsTheyAre();
    }),
    vitest("scenarios", "scenarios", filters),
    task("the lab's store is as it was", treesUnharmed),
  ];
  const chosen = only === undefined ? parts : parts.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new NotReady(`No part is called ${only}: ${parts.map(({ name }) => name).join(", ")}`);
  end(await runParts(chosen));
} catch (error) {
  console.error(error instanceof NotReady ? error.message : error);
  end({ passed: 0, failed: 1 });
}
