#!/usr/bin/env node
/**
 * Many at once: from the start of all to the last one ready, containers of ours against raw systemd-nspawn on untrimmed
 * Debian trees of the same release, on one lab host, in turns, so that both see the same machine.
 *
 *   node tools/build.mjs --no-types && node bench/many.mjs [rounds] [bookworm|trixie] [count] [many]
 *
 * Prints the medians and their ratio for `count` (20), then starts `many` (60) of ours at once. Exit code 1 when the ratio
 * is above the goal, or one of the many does not come up.
 */
import { load } from "../tools/load.mjs";

const goal = 0.75;
const [rounds = 3, count = 20, many = 60] = [process.argv[2], process.argv[4], process.argv[5]].map((word) =>
  word === undefined ? undefined : Number(word),
);
const suite = process.argv[3] ?? "bookworm";
delete process.env.NODE_EXTRA_CA_CERTS;

const { manyBench } = await load("bench/many.ts");
const { raw, ours, all } = await manyBench({ rounds, suite, count, many, say: (line) => console.log(line) });

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
for (const [name, values] of Object.entries({ "raw systemd-nspawn": raw, stowage: ours })) {
  const shown = values.map((value) => value.toFixed(0)).join(" ");
  console.log(`${name.padEnd(18)} ${count} at once: median ${median(values).toFixed(0)} ms [${shown}]`);
}
const ratio = median(ours) / median(raw);
console.log(`ratio ${ratio.toFixed(2)} (goal <= ${goal}), ${rounds} rounds on ${suite}`);
console.log(`${all.ready} of ${many} at once ready after ${all.took.toFixed(0)} ms`);
if (ratio > goal || all.ready < many) process.exitCode = 1;
