/** What bench/switch.mjs measures. */
import { LabHost } from "../lab/host.ts";
import type { Suite } from "../lab/tree.ts";
import { Machine } from "../test/scenarios/harness/machine.ts";

/** @param running of all of them, those that are started; `changed`: the first one has another setting */
export const hostTs = (
  declared: number,
  running: number,
  changed = false,
): string => `import { defineHost } from "stowage";

export default defineHost({
  containers: Object.fromEntries(
    Array.from({ length: ${declared} }, (_, n) => [
      \`c\${n + 1}\`,
      {
        privateNetwork: true,
        hostAddress: \`10.233.\${n + 1}.1\`,
        localAddress: \`10.233.\${n + 1}.2\`,
        timeoutStartSec: ${changed} && n === 0 ? "14min" : "15min",
        autoStart: n < ${running},
        config: {},
      },
    ]),
  ),
});
`;

/** Runs in the lab host, so that nothing but a node's own start is between the clock and the command. */
const measure = `
const { spawnSync } = require("node:child_process");
const [rounds, status, ...argv] = process.argv.slice(1);
function once(args) {
  const at = process.hrtime.bigint();
  const run = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { took: Number(process.hrtime.bigint() - at) / 1e6, ...run };
}
const times = { bare: [], stowage: [] };
for (let round = -2; round < Number(rounds); round++) {
  const bare = once(["-e", "0"]);
  const run = once(["/opt/stowage/dist/cli.cjs", ...argv]);
  if (run.status !== Number(status)) throw new Error(run.status + ": " + run.stdout + run.stderr);
  if (round < 0) continue;
  times.bare.push(bare.took);
  times.stowage.push(run.took);
}
console.log(JSON.stringify(times));
`;

export interface Request {
  readonly rounds: number;
  readonly suite: Suite;
  readonly running: number;
  readonly declared: number;
  readonly say: (line: string) => void;
}

/** Milliseconds of each run, one round after the other; two first rounds, that warm both up, are not counted. */
export interface Times {
  readonly bare: readonly number[];
  readonly stowage: readonly number[];
}

export async function switchBench(request: Request): Promise<{ switch: Times; plan: Times }> {
  const { rounds, suite, running, declared, say } = request;
  const host = new Machine(await LabHost.boot({ suite }));
  const times = async (status: number, ...argv: string[]) =>
    JSON.parse(
      await host.must(["node", "-e", measure, `${rounds}`, `${status}`, ...argv], { timeout: 600_000 }),
    ) as Times;
  const switched = async (text: string) => {
    await host.configure(text);
    await host.stowage(["switch"], { timeout: 3_600_000 });
  };
  try {
    say(`starting ${running} containers on ${suite}`);
    await switched(hostTs(running, running));
    say(`measuring ${rounds} rounds`);
    const nothing = await times(0, "switch");
    await switched(hostTs(declared, running));
    await host.configure(hostTs(declared, running, true));
    return { switch: nothing, plan: await times(2, "plan") };
  } finally {
    await host.stop();
  }
}
