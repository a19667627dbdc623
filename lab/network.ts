/**
 * What lies outside a lab host: links between hosts, and machines that are only a network namespace.
 * Both ends of a link are made inside their namespaces, so nothing of it is ever seen on this machine.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import { CommandFailed, exec, must, type Result } from "./exec.ts";
import type { LabHost, RunOptions } from "./host.ts";
import { until } from "./nspawn.ts";

/** One end of a link: addresses with prefix length, `192.0.2.1/24`, `2001:db8::1/64`. */
export interface LinkEnd {
  readonly interface: string;
  readonly addresses: readonly string[];
}

/** Anything that has a network namespace: the process id of one that is in it. */
interface InNamespace {
  readonly leader: number;
}

const ip = (at: InNamespace, ...argv: string[]): Promise<string> =>
  must(["nsenter", "--target", `${at.leader}`, "--net", "ip", ...argv]);

/** Joins two machines by a cable, and sets the addresses of both ends. The cable goes with either of them. */
export async function connect(a: InNamespace, endA: LinkEnd, b: InNamespace, endB: LinkEnd): Promise<void> {
  const cable = ["link", "add", "name", endA.interface, "netns", `${a.leader}`, "type", "veth"];
  await must(["ip", ...cable, "peer", "name", endB.interface, "netns", `${b.leader}`]);
  for (const [at, end] of [
    [a, endA],
    [b, endB],
  ] as const) {
    for (const address of end.addresses) {
      // Without nodad an IPv6 address cannot be used for the first second or two.
      await ip(at, "address", "add", address, "dev", end.interface, ...(address.includes(":") ? ["nodad"] : []));
    }
    await ip(at, "link", "set", end.interface, "up");
  }
}

/** A machine that is only a network namespace: a client or a server elsewhere in the network. Ends with this process. */
export class Neighbour {
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  /** A new neighbour, joined to `host` by a cable. */
  static async of(host: LabHost, here: LinkEnd, there: LinkEnd): Promise<Neighbour> {
    const argv = ["--pdeathsig", "KILL", "unshare", "--net", "sleep", "infinity"];
    const neighbour = new Neighbour(spawn("setpriv", argv, { stdio: "ignore" }));
    await until("neighbour", 5_000, async () => {
      const ours = readlinkSync("/proc/self/ns/net");
      return readlinkSync(`/proc/${neighbour.leader}/ns/net`) === ours ? undefined : true;
    });
    await ip(neighbour, "link", "set", "lo", "up");
    await connect(neighbour, here, host, there);
    return neighbour;
  }

  get leader(): number {
    if (this.#holder.pid === undefined) throw new Error("neighbour: cannot run setpriv");
    return this.#holder.pid;
  }

  /** Runs a program of this machine in the neighbour's network. */
  run(argv: readonly string[], options: Pick<RunOptions, "input" | "timeout"> = {}): Promise<Result> {
    const enter = ["nsenter", "--target", `${this.leader}`, "--net", "--", ...argv];
    return exec(enter, { timeout: 60_000, ...options });
  }

  async must(argv: readonly string[], options: Pick<RunOptions, "input" | "timeout"> = {}): Promise<string> {
    const result = await this.run(argv, options);
    if (result.code !== 0) throw new CommandFailed(`exit code ${result.code} in the neighbour`, argv, result);
    return result.stdout;
  }

  /** Default routes through the host, for both families. */
  async routeThrough(gateways: readonly string[]): Promise<void> {
    for (const gateway of gateways) await ip(this, "route", "add", "default", "via", gateway);
  }

  stop(): void {
    this.#holder.kill("SIGKILL");
  }
}
