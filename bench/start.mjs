#!/usr/bin/env node
/**
 * From start to ready: a container of ours against raw systemd-nspawn of an untrimmed Debian tree, on one lab host, in
 * turns, so that both see the same machine.
 *
 *   node tools/build.mjs --no-types && node bench/start.mjs [rounds] [bookworm|trixie]
 *
 * Both boot the same Debian release with the same packages as a Type=notify service whose init reports ready, with a
 * network of its own. Prints the medians and their ratio; exit code 1 when the ratio is above the goal.
 */
import { load } from "../tools/load.mjs";

const goal = 0.85;
const rounds = Number(process.argv[2] ?? 10);
const suite = process.argv[3] ?? "bookworm";
delete process.env.NODE_EXTRA_CA_CERTS;

const { startBench } = await load("bench/start.ts");
const { raw, ours } = await startBench({ rounds, suite, say: (line) => console.log(line) });

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sorted(values)[Math.floor(values.length / 2)];
for (const [name, values] of Object.entries({ "raw systemd-nspawn": raw, stowage: ours })) {
  const [low, high] = [sorted(values)[0], sorted(values).at(-1)];
  console.log(`${name.padEnd(18)} median ${median(values).toFixed(0)} ms [${low.toFixed(0)}..${high.toFixed(0)}]`);
}
const ratio = median(ours) / median(raw);
console.log(`ratio ${ratio.toFixed(2)} (goal <= ${goal}), ${rounds} rounds on ${suite}`);
if (ratio > goal) process.exitCode = 1;
