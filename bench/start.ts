/** What bench/start.mjs measures. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { must } from "../lab/exec.ts";
import { LabHost } from "../lab/host.ts";
import { labCache } from "../lab/places.ts";
import { type Suite, sourceLine } from "../lab/tree.ts";
import { Machine } from "../test/scenarios/harness/machine.ts";
import { rawUnit } from "./raw.ts";

/** Debian as `mmdebstrap` makes it, with what a package tree of ours begins with. Nothing is switched off in it. */
export async function untrimmedTree(): Promise<string> {
  const tree = join(labCache(), "bench", "trixie-untrimmed");
  if (existsSync(tree)) return tree;
  const building = `${tree}.${process.pid}`;
  mkdirSync(join(labCache(), "bench"), { recursive: true });
  const include = "--include=systemd,systemd-sysv,dbus,libpam-systemd,udev";
  await must(["mmdebstrap", "--variant=minbase", include, "trixie", building, ...sourceLine("trixie")]);
  rmSync(tree, { recursive: true, force: true });
  renameSync(building, tree);
  return tree;
}

const hostTs = `import { defineHost } from "stowage";

export default defineHost({
  containers: {
    ours: {
      privateNetwork: true,
      hostAddress: "10.233.1.1",
      localAddress: "10.233.1.2",
      config: {},
    },
  },
});
`;

/** Runs in the lab host, so that nothing but systemctl is between the clock and systemd. */
const measure = `
const { spawnSync } = require("node:child_process");
const systemctl = (...argv) => { const { status, stderr } = spawnSync("systemctl", argv); if (status) throw new Error(stderr); };
const start = (unit) => { const at = process.hrtime.bigint(); systemctl("start", unit); const took = Number(process.hrtime.bigint() - at) / 1e6; systemctl("stop", unit); return took; };
const units = ["raw.service", "container@ours.service"];
for (const unit of units) start(unit);
const times = units.map(() => []);
for (let round = 0; round < Number(process.argv[1]); round++) units.forEach((unit, i) => times[i].push(start(unit)));
console.log(JSON.stringify(times));
`;

export interface Request {
  readonly rounds: number;
  readonly suite: Suite;
  readonly say: (line: string) => void;
}

/** Milliseconds of each start, one round after the other; a first round that warms both up is not counted. */
export async function startBench({ rounds, suite, say }: Request): Promise<{ raw: number[]; ours: number[] }> {
  say("making the trees where there are none");
  const tree = await untrimmedTree();
  const host = new Machine(await LabHost.boot({ suite }));
  try {
    await must(["cp", "-a", "--reflink=auto", tree, join(host.lab.directory, "var/machines/raw")]);
    await host.put("/etc/systemd/system/raw.service", rawUnit("raw"));
    await host.switchTo(hostTs);
    await host.must(["systemctl", "daemon-reload"]);
    say(`measuring ${rounds} rounds on ${suite}`);
    const said = await host.must(["node", "-e", measure, `${rounds}`], { timeout: 600_000 });
    const [raw = [], ours = []] = JSON.parse(said) as number[][];
    return { raw, ours };
  } finally {
    await host.stop();
  }
}
