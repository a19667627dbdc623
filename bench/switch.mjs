#!/usr/bin/env node
/**
 * What a person waits for who changes nothing, or asks what would change: whole commands, on a lab host whose containers
 * run, in turns with a bare node, so that both see the same machine.
 *
 *   node tools/build.mjs --no-types && node bench/switch.mjs [rounds] [bookworm|trixie] [running] [declared]
 *
 * `switch` with nothing to do while `running` (100) containers run; `plan` for one changed container among `declared`
 * (200). Prints medians and their ratios to `node -e 0`; exit code 1 when one is above its goal.
 */
import { load } from "../tools/load.mjs";

const [rounds = 15, running = 100, declared = 200] = [process.argv[2], process.argv[4], process.argv[5]].map((word) =>
  word === undefined ? undefined : Number(word),
);
const suite = process.argv[3] ?? "bookworm";
delete process.env.NODE_EXTRA_CA_CERTS;

const { switchBench } = await load("bench/switch.ts");
const figures = await switchBench({ rounds, suite, running, declared, say: (line) => console.log(line) });

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** Milliseconds. */
const cases = [
  { name: `switch, nothing to do, ${running} run`, of: figures.switch, goal: 300 },
  { name: `plan, 1 of ${declared} changed`, of: figures.plan, goal: 500 },
];
for (const { name, of, goal } of cases) {
  const [took, bare] = [median(of.stowage), median(of.bare)];
  console.log(
    `${name.padEnd(34)} median ${took.toFixed(0)} ms, min ${Math.min(...of.stowage).toFixed(0)} ms, ${(took / bare).toFixed(1)} times node -e 0 (${bare.toFixed(0)} ms), goal <= ${goal} ms`,
  );
  if (took > goal) process.exitCode = 1;
}
