/** Runs the built command as a user does, whole processes in turns, and gives the medians of what they took. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, JSON.parse(readFileSync(join(root, "package.json"), "utf8")).bin.stowage);

// Node 20 reads this file at each start, which takes longer than what is measured.
const { NODE_EXTRA_CA_CERTS: _, ...clean } = process.env;

/** What a process says of itself when it ends, on a descriptor of its own. */
const report = `
if (process.env.BENCH_MADE) {
  // A generation is the one frozen object whose id is made when it is asked for: every text is made for it, once. The
  // other parts, with all names and values that are not texts, are asked for besides.
  const { freeze } = Object;
  Object.freeze = (value) => {
    if (value?.format === 1 && Object.getOwnPropertyDescriptor(value, "id")?.get) {
      Object.freeze = freeze;
      process.on("beforeExit", () => Object.keys(value).forEach((part) => value[part]));
    }
    return freeze(value);
  };
}
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require("node:fs").writeSync(3, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1000, mib: maxRSS / 1024 }));
});
`;

/**
 * @param dir for the measuring hook and the cache
 * @param cases by label: `{ args, env }` of the command; `isMade`: what it leaves for later is made before it ends
 * @returns by label the medians `{ wall, cpu, mib }`, in milliseconds and MiB, and `min`, the shortest wall time
 */
export function measure(dir, rounds, cases) {
  if (!existsSync(cli)) throw new Error(`${cli} is missing: node tools/build.mjs --no-types`);
  const hook = join(dir, "report.cjs");
  writeFileSync(hook, report);
  const once = ({ args, env, isMade = false }) => {
    const began = performance.now();
    const run = spawnSync(process.execPath, ["--require", hook, cli, ...args], {
      env: { ...clean, STOWAGE_CACHE_DIR: join(dir, "cache"), ...env, ...(isMade && { BENCH_MADE: "1" }) },
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      encoding: "utf8",
    });
    if (run.status !== 0) throw new Error(`stowage ${args.join(" ")}: ${run.stderr}`);
    return { wall: performance.now() - began, ...JSON.parse(run.output[3]) };
  };
  const entries = Object.entries(cases);
  // Once unmeasured: the first run of a file makes its bundle.
  for (const [, command] of entries) once(command);
  const runs = entries.map(() => []);
  // In turns: what else the machine does meets all of them.
  for (let round = 0; round < rounds; round++) {
    for (const [at, [, command]] of entries.entries()) runs[at].push(once(command));
  }
  return Object.fromEntries(entries.map(([label], at) => [label, medians(runs[at])]));
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const medians = (runs) => ({
  ...Object.fromEntries(["wall", "cpu", "mib"].map((key) => [key, median(runs.map((run) => run[key]))])),
  min: Math.min(...runs.map((run) => run.wall)),
});
