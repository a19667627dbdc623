/** A running container as it is: its process by the host's /proc, and what its engine says of it. */
import { expect } from "vitest";
import { eventually, type Machine } from "../../harness.ts";

export type EngineName = "podman" | "docker";

/** The part of `inspect` that both engines have. */
export interface Inspected {
  readonly Id: string;
  readonly State: { readonly Pid: number; readonly Running: boolean };
  readonly Config: { readonly Labels: Readonly<Record<string, string>>; readonly CreateCommand?: readonly string[] };
  readonly HostConfig: {
    readonly LogConfig: { readonly Type: string };
    readonly Privileged: boolean;
    readonly AutoRemove: boolean;
  };
}

export class Seen {
  readonly host: Machine;
  readonly engine: EngineName;
  readonly name: string;
  readonly unit: string;
  readonly inspected: Inspected;

  private constructor(host: Machine, engine: EngineName, name: string, unit: string, inspected: Inspected) {
    this.host = host;
    this.engine = engine;
    this.name = name;
    this.unit = unit;
    this.inspected = inspected;
  }

  /** @throws where it does not run */
  static async of(host: Machine, engine: EngineName, name: string, unit = `${engine}-${name}.service`): Promise<Seen> {
    const [inspected] = JSON.parse(await host.must([engine, "container", "inspect", name])) as Inspected[];
    if (!inspected?.State.Running) throw new Error(`${name} does not run`);
    return new Seen(host, engine, name, unit, inspected);
  }

  get pid(): number {
    return this.inspected.State.Pid;
  }

  /** A file of its process in the host's /proc, byte for byte. */
  async proc(file: string): Promise<string> {
    const text = await this.host.must(["base64", "-w0", `/proc/${this.pid}/${file}`]);
    return Buffer.from(text, "base64").toString("utf8");
  }

  /** The arguments of its first process. */
  async argv(): Promise<string[]> {
    return (await this.proc("cmdline")).split("\0").slice(0, -1);
  }

  async environment(): Promise<Record<string, string>> {
    const entries = (await this.proc("environ")).split("\0").slice(0, -1);
    return Object.fromEntries(entries.map((entry) => [entry.split("=", 1)[0], entry.slice(entry.indexOf("=") + 1)]));
  }

  /** A field of /proc/PID/status. */
  async status(field: string): Promise<string> {
    return new RegExp(`^${field}:\\s*(.*)$`, "m").exec(await this.proc("status"))?.[1] ?? "";
  }

  /** Whether a capability is in the set that it can ever have, by its number in capabilities.h. */
  async mayEverHave(capability: number): Promise<boolean> {
    return ((BigInt(`0x${await this.status("CapBnd")}`) >> BigInt(capability)) & 1n) === 1n;
  }

  /** Options of a mount point inside, as /proc/PID/mountinfo has them: of the mount, and of the file system. */
  async mount(point: string): Promise<string[]> {
    const lines = (await this.proc("mountinfo")).split("\n").map((line) => line.split(" "));
    const fields = lines.find((fields) => fields[4] === point) ?? [];
    return `${fields[5]},${fields.at(-1)}`.split(",");
  }

  /** Runs a program of the host's in some of its namespaces: `["--uts"]`. */
  within(namespaces: readonly string[], argv: readonly string[]): Promise<string> {
    return this.host.must(["nsenter", `--target=${this.pid}`, ...namespaces, "--", ...argv]);
  }

  /** Lines of its unit's journal that are no message of the engine's. */
  async journal(): Promise<string[]> {
    const text = await this.host.must(["journalctl", "--no-pager", "-o", "cat", "-u", this.unit]);
    return text.split("\n");
  }

  async expectLogged(line: string): Promise<void> {
    await eventually(async () => expect(await this.journal()).toContain(line));
  }
}
