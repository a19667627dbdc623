/** What bench/many.mjs measures. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { must } from "../lab/exec.ts";
import { LabHost } from "../lab/host.ts";
import type { Suite } from "../lab/tree.ts";
import { Machine } from "../test/scenarios/harness/machine.ts";
import { rawUnit } from "./raw.ts";
import { untrimmedTree } from "./start.ts";

const hostTs = (count: number): string => `import { defineHost } from "stowage";

export default defineHost({
  containers: Object.fromEntries(
    Array.from({ length: ${count} }, (_, n) => [
      \`ours\${n + 1}\`,
      {
        privateNetwork: true,
        hostAddress: \`10.233.\${n + 1}.1\`,
        localAddress: \`10.233.\${n + 1}.2\`,
        timeoutStartSec: "5min",
        config: {},
      },
    ]),
  ),
});
`;

/** Runs in the lab host, so that nothing but systemctl is between the clock and systemd. */
const measure = `
const { spawnSync } = require("node:child_process");
const [rounds, count, many] = process.argv.slice(1).map(Number);
const systemctl = (...argv) => spawnSync("systemctl", argv, { encoding: "utf8" });
const units = (name, n) => Array.from({ length: n }, (_, i) => name + (i + 1) + ".service");
function start(list) {
  const at = process.hrtime.bigint();
  const { status, stderr } = systemctl("start", ...list);
  const took = Number(process.hrtime.bigint() - at) / 1e6;
  const ready = list.filter((unit) => systemctl("is-active", "--quiet", unit).status === 0).length;
  systemctl("stop", ...list);
  return { took, ready, status, stderr };
}
function must(list) {
  const { took, status, stderr } = start(list);
  if (status !== 0) throw new Error(stderr);
  return took;
}
const [raw, ours] = [units("raw@raw", count), units("container@ours", many)];
for (const list of [raw, ours.slice(0, count)]) must(list);
const times = { raw: [], ours: [] };
for (let round = 0; round < rounds; round++) {
  times.raw.push(must(raw));
  times.ours.push(must(ours.slice(0, count)));
}
console.log(JSON.stringify({ ...times, all: start(ours) }));
`;

export interface Request {
  readonly rounds: number;
  readonly suite: Suite;
  /** At once, of both. */
  readonly count: number;
  /** At once, of ours alone. */
  readonly many: number;
  readonly say: (line: string) => void;
}

export interface Figures {
  /** Milliseconds until the last one is ready, one round after the other. */
  readonly raw: readonly number[];
  readonly ours: readonly number[];
  readonly all: { readonly took: number; readonly ready: number };
}

/** A first round of both, that warms them up, is not counted. */
export async function manyBench({ rounds, suite, count, many, say }: Request): Promise<Figures> {
  say("making the trees where there are none");
  const tree = await untrimmedTree();
  const host = new Machine(await LabHost.boot({ suite }));
  try {
    say(`copying ${count} trees`);
    await copies(tree, join(host.lab.directory, "var/machines"), count);
    await host.put("/etc/systemd/system/raw@.service", rawUnit("%i", "5min"));
    await host.switchTo(hostTs(many));
    // As many systemd as this need more than the kernel's default; ours raise it by themselves.
    await host.must(["sysctl", "-w", "fs.inotify.max_user_instances=8192"]);
    say(`measuring ${rounds} rounds of ${count} at once, then ${many}, on ${suite}`);
    const said = await host.must(["node", "-e", measure, `${rounds}`, `${count}`, `${many}`], { timeout: 3_600_000 });
    return JSON.parse(said) as Figures;
  } finally {
    await host.stop();
  }
}

/** A whole tree for each: that is what raw systemd-nspawn runs, and what others' pages of it cost is a part of the figure. */
async function copies(tree: string, machines: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const copy = join(machines, `raw${n}`);
    mkdirSync(copy, { mode: 0o755 });
    await must(["cp", "-a", "--reflink=auto", `${tree}/.`, `${copy}/`]);
  }
}
