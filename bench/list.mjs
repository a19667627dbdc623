#!/usr/bin/env node
/**
 * `stowage list` against `podman ps`, with as many containers each: whole commands, on one lab host, in turns.
 *
 *   node tools/build.mjs --no-types && node bench/list.mjs [rounds] [bookworm|trixie] [containers]
 *
 * Once with OCI containers of ours, which are the very ones that podman lists, and once with as many system containers
 * beside as many of podman's. Prints medians and ratios; exit code 1 when one is above the goal.
 */
import { load } from "../tools/load.mjs";

const goal = 1;
const rounds = Number(process.argv[2] ?? 15);
const suite = process.argv[3] ?? "bookworm";
const containers = Number(process.argv[4] ?? 50);
delete process.env.NODE_EXTRA_CA_CERTS;

const { listBench } = await load("bench/list.ts");
const figures = await listBench({ rounds, suite, containers, say: (line) => console.log(line) });

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
for (const [kind, of] of Object.entries(figures)) {
  const [ours, podman, bare] = [of.stowage, of.podman, of.bare].map(median);
  const ratio = ours / podman;
  console.log(
    `${containers} ${kind.padEnd(6)}: stowage list ${ours.toFixed(0)} ms, podman ps ${podman.toFixed(0)} ms, ratio ${ratio.toFixed(2)} (goal < ${goal}); node -e 0 takes ${bare.toFixed(0)} ms`,
  );
  if (ratio >= goal) process.exitCode = 1;
}
