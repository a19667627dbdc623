/** A lab host as a scenario uses it: the command, configurations, and what can be asked of the machine itself. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { configure } from "../../../lab/configure.ts";
import type { Result } from "../../../lab/exec.ts";
import type { LabHost, RunOptions } from "../../../lab/host.ts";
import { type LinkEnd, Neighbour } from "../../../lab/network.ts";
import type { Suite } from "../../../lab/tree.ts";
import { Uplink } from "../../../lab/uplink.ts";
import { requireDocumented } from "../../cli/json-page.ts";
import { eventually } from "./wait.ts";

/** A cable to a neighbour: addresses of documentation, RFC 5737 and RFC 3849. */
const cable = {
  host: { interface: "eth0", addresses: ["192.0.2.1/24", "2001:db8::1/64"] },
  neighbour: { interface: "eth0", addresses: ["192.0.2.2/24", "2001:db8::2/64"] },
} satisfies Record<string, LinkEnd>;

export class Machine {
  readonly lab: LabHost;
  /** Its addresses on the cable of {@link neighbour}. */
  readonly address = "192.0.2.1";
  readonly address6 = "2001:db8::1";
  /** Of no interest after a failure: what was logged before this. */
  readonly #booted = Date.now();
  readonly #neighbours: Neighbour[] = [];
  readonly #uplinks: Uplink[] = [];

  constructor(lab: LabHost) {
    this.lab = lab;
  }

  get suite(): Suite {
    return this.lab.suite;
  }

  run(argv: readonly string[], options?: RunOptions): Promise<Result> {
    return this.lab.run(argv, options);
  }

  must(argv: readonly string[], options?: RunOptions): Promise<string> {
    return this.lab.must(argv, options);
  }

  sh(script: string, options?: RunOptions): Promise<string> {
    return this.lab.sh(script, options);
  }

  put(path: string, content: string | Uint8Array, mode?: string): Promise<void> {
    return this.lab.put(path, content, mode);
  }

  get(path: string): Promise<string> {
    return this.lab.get(path);
  }

  /** Runs the command; a non-zero exit code is thrown with what it said, and a document that json.md does not describe. Returns standard output. */
  async stowage(argv: readonly string[], options?: RunOptions): Promise<string> {
    const stdout = await this.lab.must(["stowage", ...argv], { timeout: 110_000, ...options });
    requireDocumented(argv, stdout);
    return stdout;
  }

  /** Runs the command, whatever its exit code. */
  async tryStowage(argv: readonly string[], options?: RunOptions): Promise<Result> {
    const result = await this.lab.run(["stowage", ...argv], { timeout: 110_000, ...options });
    requireDocumented(argv, result.stdout);
    return result;
  }

  /**
   * Gives it a configuration, with its lock file and everything it needs in the store. Nothing is switched.
   * @param files further files beside host.ts, by name
   */
  configure(hostTs: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
    return configure(this.lab, hostTs, Object.keys(files).length > 0 ? { files } : {});
  }

  /** {@link configure} and `stowage switch`. Returns what switch said on standard output. */
  async switchTo(hostTs: string, files?: Readonly<Record<string, string>>): Promise<string> {
    await this.configure(hostTs, files);
    return this.stowage(["switch"]);
  }

  /** Copies a file or directory of this machine into the lab host's /var/lib/stowage. */
  copyToState(source: string, path: string): void {
    cpSync(source, join(this.lab.stateDir, path), { recursive: true, verbatimSymlinks: true });
  }

  /** One property of a unit, by `systemctl show`. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.must(["systemctl", "show", "--value", `--property=${name}`, "--", unit])).trim();
  }

  /** Kills the main process of a unit that systemd restarts, and waits until it runs again. */
  async kill(unit: string): Promise<void> {
    const killed = await this.property(unit, "MainPID");
    await this.must(["kill", "-9", killed]);
    await eventually(async () => {
      // In this order: that it is active is said for a moment after its end, too.
      const now = await this.property(unit, "MainPID");
      if (now === killed || now === "0") throw new Error(`${unit}: its main process is ${now}`);
      const state = await this.property(unit, "ActiveState");
      if (state !== "active") throw new Error(`${unit} is ${state}`);
    });
  }

  /** Waits until a unit is in a state: `active`, `inactive`, `failed`. */
  waitForUnit(unit: string, state = "active", limit?: number): Promise<void> {
    return eventually(async () => {
      const now = await this.property(unit, "ActiveState");
      if (now !== state) throw new Error(`${unit} is ${now}, not ${state}`);
    }, limit);
  }

  /**
   * Runs a program in a container, by systemd's own tool: a second opinion beside `stowage run`.
   * A non-zero exit code is thrown.
   */
  inside(container: string, argv: readonly string[], options?: RunOptions): Promise<string> {
    const start = [
      "systemd-run",
      `--machine=${container}`,
      "--quiet",
      "--pipe",
      "--wait",
      "--collect",
      "--service-type=exec",
    ];
    return this.must([...start, "--", ...argv], options);
  }

  /** Another machine, on a cable to this one: {@link address} and {@link address6} are how it reaches us. */
  async neighbour(): Promise<Neighbour> {
    if (this.#neighbours.length > 0) throw new Error("one cable, one neighbour: use lab/network.ts for more");
    const neighbour = await Neighbour.of(this.lab, cable.neighbour, cable.host);
    this.#neighbours.push(neighbour);
    return neighbour;
  }

  /** From here on it reaches what this machine reaches: a Debian mirror, an npm registry. Until it is powered off. */
  async goOnline(): Promise<void> {
    this.#uplinks.push(await Uplink.of(this.lab));
  }

  /** What a person would look at after a failure. */
  async lastWords(): Promise<string> {
    const failed = await this.run(["systemctl", "--failed", "--no-legend", "--plain"]);
    const since = `--since=@${(this.#booted / 1000).toFixed(3)}`;
    // With --lines systemd 252 shows the first ones since then.
    const log = await this.run(["journalctl", "--no-pager", "--output=short-monotonic", since]);
    const last = log.stdout.split("\n").slice(-60).join("\n");
    return `-- ${this.lab.name}: failed units\n${failed.stdout}-- its journal\n${last}`;
  }

  async stop(): Promise<void> {
    for (const neighbour of this.#neighbours) neighbour.stop();
    for (const uplink of this.#uplinks) uplink.stop();
    await this.lab.stop();
  }
}
