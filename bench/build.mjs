#!/usr/bin/env node
/**
 * What building systems costs, by the command itself in an empty state directory: from nothing, with one package more,
 * again with nothing to do, and for ten containers with the same packages. Root, on a host with Debian mirrors.
 *
 *   node tools/build.mjs --no-types && node bench/build.mjs [rounds] [suite]
 *
 * The first round fetches all packages (cold); the others find them in the cache, and their medians have budgets. Exit
 * code 1 when one is not kept, or when ten containers have more than one tree of packages.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [rounds, suite] = [Number(process.argv[2] ?? 3), process.argv[3] ?? "trixie"];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, JSON.parse(readFileSync(join(root, "package.json"), "utf8")).bin.stowage);
// Node 20 reads this file at each start, which takes longer than some of what is measured.
const { NODE_EXTRA_CA_CERTS: _, ...clean } = process.env;

/** Seconds; null: only told. */
const steps = [
  { name: "base from nothing", budget: 15, containers: 1, packages: [] },
  { name: "the same again", budget: 0.3, containers: 1, packages: [] },
  { name: "one package more (nginx)", budget: 3, containers: 1, packages: ["nginx"] },
  { name: "the same again", budget: 0.3, containers: 1, packages: ["nginx"] },
  { name: "ten containers with it", budget: null, containers: 10, packages: ["nginx"] },
  { name: "the same again", budget: 0.3, containers: 10, packages: ["nginx"] },
];

const host = ({ containers, packages }) => {
  const one = (at) =>
    `c${at}: { config: { packages: ${JSON.stringify(packages)}, system: { source: { suite: "${suite}" } } } }`;
  return `export default { containers: { ${Array.from({ length: containers }, (_, at) => one(at)).join(", ")} } };\n`;
};

/** Seconds for a `stowage build` of this step. */
function build(place, cache, step) {
  writeFileSync(join(place, "host.ts"), host(step));
  const args = [cli, "build", "--state-dir", join(place, "state"), "--config", join(place, "host.ts")];
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    env: { ...clean, STOWAGE_CACHE_DIR: cache },
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`stowage build: ${stderr}`);
  return (performance.now() - began) / 1000;
}

const trees = (place) => readdirSync(join(place, "state/store")).filter((name) => /^[^.].*-debian-/.test(name));
const kilobytes = (path) => Number(spawnSync("du", ["-sk", path], { encoding: "utf8" }).stdout.split("\t")[0]);
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const directory = mkdtempSync(join(tmpdir(), "stowage-bench-build-"));
const cache = join(directory, "cache");
const times = steps.map(() => []);
const held = [];
const disk = [];
try {
  for (let round = 0; round <= rounds; round++) {
    const place = join(directory, `round-${round}`);
    mkdirSync(place);
    for (const [at, step] of steps.entries()) {
      times[at].push(build(place, cache, step));
      if (round === 0) disk.push(kilobytes(join(place, "state/store")));
    }
    held.push(trees(place).length);
    rmSync(place, { recursive: true });
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

for (const [at, { name, budget }] of steps.entries()) {
  const [cold, ...warm] = times[at];
  const took = median(warm);
  const isKept = budget === null || took <= budget;
  const goal = budget === null ? "" : `  (budget ${budget} s${isKept ? "" : ", NOT KEPT"})`;
  const megabytes = (disk[at] / 1024).toFixed(0);
  console.log(
    `${name.padEnd(26)} ${took.toFixed(2)} s, first time ${cold.toFixed(2)} s, store ${megabytes} MiB${goal}`,
  );
  if (!isKept) process.exitCode = 1;
}
const most = Math.max(...held);
console.log(`trees of packages for one and for ten containers: ${most} (the base, and the one with nginx)`);
if (most !== 2) process.exitCode = 1;
