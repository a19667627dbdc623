#!/usr/bin/env node
/**
 * What `stowage --version` costs above a bare node, measured in turns in one run so that both see the same machine.
 *
 *   node tools/build.mjs --no-types && node bench/startup.mjs [rounds]
 *
 * Prints the medians, their difference and ratio. Exit code 1 when the difference is above the budget.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const budget = 15;
const rounds = Number(process.argv[2] ?? 40);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, JSON.parse(readFileSync(join(root, "package.json"), "utf8")).bin.stowage);

// It would cost every start of Node 20 some 60 ms, whatever is started.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

function milliseconds(argv) {
  const began = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, argv, { env, stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0) throw new Error(`node ${argv.join(" ")} failed: ${stderr}`);
  return Number(process.hrtime.bigint() - began) / 1e6;
}

const commands = {
  "node -e 0": ["-e", "0"],
  "stowage --version": [cli, "--version"],
  "stowage --help": [cli, "--help"],
};
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const [name, argv] of Object.entries(commands)) times[name].push(milliseconds(argv));
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const [bare, version, help] = Object.keys(commands).map((name) => median(times[name]));
for (const [name, values] of Object.entries(times)) {
  console.log(`${name.padEnd(18)} median ${median(values).toFixed(1)} ms, min ${values[0].toFixed(1)} ms`);
}
console.log(
  `--version: +${(version - bare).toFixed(1)} ms, ${(version / bare).toFixed(2)} times bare node (budget +${budget} ms)`,
);
console.log(`--help:    +${(help - bare).toFixed(1)} ms, ${(help / bare).toFixed(2)} times bare node`);
if (version - bare > budget) process.exitCode = 1;
