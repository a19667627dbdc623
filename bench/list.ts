/** What bench/list.mjs measures. */
import { LabHost } from "../lab/host.ts";
import type { Suite } from "../lab/tree.ts";
import { Machine } from "../test/scenarios/harness/machine.ts";
import { loadImage, makeImage } from "../test/scenarios/harness/oci-image.ts";
import { eventually } from "../test/scenarios/harness/wait.ts";

const image = "localhost/bench:1";

/** So many system containers, or OCI containers of podman. */
function hostTs(kind: "system" | "oci", count: number): string {
  const names = Array.from({ length: count }, (_, index) => `c${index + 1}`);
  const all = Object.fromEntries(
    names.map((name, index) => [
      name,
      kind === "oci"
        ? { image, pull: "never", networks: ["host"] }
        : {
            autoStart: true,
            privateNetwork: true,
            hostAddress: `10.233.${index + 1}.1`,
            localAddress: `10.233.${index + 1}.2`,
            config: {},
          },
    ]),
  );
  const config = kind === "oci" ? { ociContainers: { backend: "podman", containers: all } } : { containers: all };
  return `import { defineHost } from "stowage";\n\nexport default defineHost(${JSON.stringify(config, null, 1)});\n`;
}

/** Runs in the lab host, so that nothing but a command's own start is between the clock and the command. */
const measure = `
const { spawnSync } = require("node:child_process");
const [rounds, count] = process.argv.slice(1).map(Number);
function once(program, args, head) {
  const at = process.hrtime.bigint();
  const run = spawnSync(program, args, { encoding: "utf8" });
  const took = Number(process.hrtime.bigint() - at) / 1e6;
  const lines = run.stdout.split("\\n").length - 1 - head;
  if (run.status !== 0 || lines < count) throw new Error([program, ...args].join(" ") + ": " + lines + " lines: " + run.stdout + run.stderr);
  return took;
}
const times = { bare: [], stowage: [], podman: [] };
for (let round = -2; round < rounds; round++) {
  const at = process.hrtime.bigint();
  spawnSync(process.execPath, ["-e", "0"]);
  const bare = Number(process.hrtime.bigint() - at) / 1e6;
  const ours = once("/opt/stowage/dist/cli.cjs", ["list"], 1);
  const podman = once("podman", ["ps"], 1);
  if (round < 0) continue;
  times.bare.push(bare);
  times.stowage.push(ours);
  times.podman.push(podman);
}
console.log(JSON.stringify(times));
`;

export interface Request {
  readonly rounds: number;
  readonly suite: Suite;
  readonly containers: number;
  readonly say: (line: string) => void;
}

/** Milliseconds of each run, one round after the other; two first rounds, that warm all up, are not counted. */
export interface Times {
  readonly bare: readonly number[];
  readonly stowage: readonly number[];
  readonly podman: readonly number[];
}

export async function listBench({ rounds, suite, containers, say }: Request): Promise<{ system: Times; oci: Times }> {
  const host = new Machine(await LabHost.boot({ suite, flavour: "engines" }));
  const times = async () =>
    JSON.parse(await host.must(["node", "-e", measure, `${rounds}`, `${containers}`], { timeout: 600_000 })) as Times;
  const switched = async (kind: "system" | "oci") => {
    say(`starting ${containers} ${kind} containers on ${suite}`);
    await host.configure(hostTs(kind, containers));
    await host.tryStowage(["switch"], { timeout: 3_600_000 });
    // Of many that podman 4 starts at once some fail, by each other's doing; systemd starts those again.
    await eventually(async () => {
      const states: { state: string }[] = JSON.parse(await host.stowage(["list", "--json"]));
      if (!states.every(({ state }) => state === "up")) throw new Error("not all of them run yet");
    }, 120_000);
  };
  try {
    await loadImage(host, makeImage(suite, image), "podman");
    await switched("oci");
    const oci = await times();
    await switched("system");
    say(`starting ${containers} containers of podman beside them`);
    const byHand = `for n in $(seq ${containers}); do podman run -d --pull=never --network=host --name h$n ${image} >/dev/null || exit; done`;
    await host.sh(byHand, { timeout: 600_000 });
    return { system: await times(), oci };
  } finally {
    await host.stop();
  }
}
