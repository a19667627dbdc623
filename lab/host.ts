/**
 * A lab host: a throwaway Debian machine in namespaces, whose PID 1 is systemd, on a machine whose PID 1 need not be.
 * An object with a life: boot, use, stop. It is removed even when its process throws, is interrupted or killed.
 */
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LabCgroup } from "./cgroup.ts";
import { giveCode, takeCode } from "./code.ts";
import { CommandFailed, type ExecOptions, exec, type Result } from "./exec.ts";
import { putBackInotify, raiseInotify } from "./inotify.ts";
import { environment, makePlain, plainBinds, product, wrapper } from "./inside.ts";
import { forget, hostNames, hostsLock, remember, removeLeftovers } from "./lives.ts";
import { type Lock, lock, withLock } from "./lock.ts";
import { type Bind, type Disk, leaderOf, startNspawn, until } from "./nspawn.ts";
import { hostsDir } from "./places.ts";
import { type HostRecord, readRecord, writeRecord } from "./record.ts";
import { type Flavour, type OnTreeProgress, type Suite, tree } from "./tree.ts";
import { trim } from "./trim.ts";
import { udevBind } from "./udev.ts";

export interface BootOptions {
  readonly suite: Suite;
  /** Default "base". */
  readonly flavour?: Flavour;
  /** Further binds, after the usual ones. */
  readonly binds?: readonly Bind[];
  /** Images with a file system; not with `keep`. */
  readonly disks?: readonly Disk[];
  /** Its PID 1 has device units for network interfaces, as on a machine. Costs some tenths of a second. */
  readonly deviceUnits?: boolean;
  /** It has neither the product nor Node: nobody has prepared it. Default false. */
  readonly bare?: boolean;
  /** The host lives on when this process ends; `lab stop` ends it. */
  readonly keep?: boolean;
  readonly onTreeProgress?: OnTreeProgress;
}

export interface RunOptions extends Pick<ExecOptions, "input" | "onOutput"> {
  /** Added to a small constant environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds, default 60 000; then everything the command started is killed and an error thrown. */
  readonly timeout?: number;
}

export class LabHost {
  /** `lab-bookworm-3f2a91`: its machine name, host name, cgroup and directory. */
  readonly name: string;
  readonly suite: Suite;
  readonly flavour: Flavour;
  /** Its files on this machine. */
  readonly directory: string;
  readonly #cgroup: LabCgroup;
  readonly #keep: boolean;
  readonly #binds: readonly Bind[];
  readonly #disks: readonly Disk[];
  readonly #deviceUnits: boolean;
  readonly #bare: boolean;
  #lock: Lock | undefined;
  #child: ChildProcess | undefined;
  #process = 0;
  #leader = 0;

  private constructor(name: string, options: BootOptions) {
    this.name = name;
    this.suite = options.suite;
    this.flavour = options.flavour ?? "base";
    this.directory = join(hostsDir(), name);
    this.#cgroup = new LabCgroup(name);
    this.#keep = options.keep ?? false;
    this.#binds = options.binds ?? [];
    this.#disks = options.disks ?? [];
    this.#deviceUnits = options.deviceUnits ?? false;
    this.#bare = options.bare ?? false;
  }

  /** Boots a new host, its systemd up and idle; its tree is made first where there is none. About a second. */
  static async boot(options: BootOptions): Promise<LabHost> {
    const lower = await tree(options.suite, options.flavour, options.onTreeProgress);
    const host = new LabHost(`lab-${options.suite}-${randomBytes(3).toString("hex")}`, options);
    await withLock(hostsLock(), async () => {
      await removeLeftovers();
      await host.#create(lower);
      raiseInotify();
    });
    if (!host.#keep) remember(host);
    try {
      await host.start();
    } catch (error) {
      await host.stop();
      throw error;
    }
    return host;
  }

  /** A host that was booted to stay, by its name. Those of other processes cannot be had. */
  static attach(name: string): LabHost {
    const record = readRecord(name);
    if (!record?.keep) throw new Error(`there is no lab host ${name} that was booted to stay`);
    const host = new LabHost(name, record);
    host.#process = record.process;
    host.#leader = leaderOf(record.process) ?? 0;
    if (host.#leader === 0) throw new Error(`lab host ${name} does not run`);
    return host;
  }

  /** The names of hosts that were booted to stay. */
  static kept(): string[] {
    return hostNames().filter((name) => readRecord(name)?.keep);
  }

  /** Process id of its PID 1, as seen from here. */
  get leader(): number {
    if (this.#leader === 0) throw new Error(`lab host ${this.name} does not run`);
    return this.#leader;
  }

  /** The host's /var/lib/stowage, as a path of this machine. */
  get stateDir(): string {
    return join(this.directory, "var", "stowage");
  }

  async #create(lower: string): Promise<void> {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    this.#lock = await lock(join(this.directory, "lock"));
    symlinkSync(lower, join(this.directory, "lower"));
    for (const name of ["upper", "work", "root"]) mkdirSync(join(this.directory, name));
    trim(lower, join(this.directory, "upper"), this.#deviceUnits);
    makePlain(this.flavour, this.directory);
    if (!this.#bare) giveCode(join(this.directory, "upper"));
    writeFileSync(join(this.directory, "stowage"), wrapper, { mode: 0o755 });
  }

  /** Starts a host that was powered off or crashed: what was on its disk is still there. */
  async start(): Promise<void> {
    if (!this.#lock) throw new Error(`lab host ${this.name} was stopped`);
    const cgroups = this.#cgroup.create();
    const child = startNspawn({
      directory: this.directory,
      machine: this.name,
      binds: [
        ...(this.#bare ? [] : product(this.directory)),
        ...plainBinds(this.flavour, this.directory),
        ...(this.#deviceUnits ? [udevBind(this.directory)] : []),
        ...this.#binds,
      ],
      disks: this.#disks,
      cgroups,
      lock: this.#lock.descriptor,
      detached: this.#keep,
    });
    this.#child = child;
    this.#process = child.pid ?? 0;
    child.on("error", (error) => writeFileSync(join(this.directory, "console.log"), `${error}\n`, { flag: "a" }));
    if (this.#keep) child.unref();
    this.#leader = await until(`lab host ${this.name}: PID 1`, 20_000, async () => {
      if (child.exitCode !== null || child.pid === undefined)
        throw new Error(this.#bootFailure("systemd-nspawn ended"));
      return leaderOf(this.#process);
    });
    const state = await until(`lab host ${this.name}: system manager`, 60_000, () => this.#systemState());
    if (state !== "running") throw new Error(this.#bootFailure(`its system manager is ${state}`));
    const { suite, flavour } = this;
    const record: HostRecord = { suite, flavour, keep: this.#keep, process: this.#process };
    writeRecord(this.name, record);
  }

  /** `running`, `degraded`, …, or undefined while systemd does not answer yet. */
  async #systemState(): Promise<string | undefined> {
    const { stdout } = await this.run(["systemctl", "is-system-running", "--wait"]);
    const state = stdout.trim();
    return ["", "offline", "initializing", "starting", "unknown"].includes(state) ? undefined : state;
  }

  #bootFailure(why: string): string {
    const console = readFileSync(join(this.directory, "console.log"), "utf8").trimEnd().split("\n").slice(-20);
    return [`lab host ${this.name} did not come up: ${why}; its console said:`, ...console].join("\n");
  }

  /** What a program of this machine is to be started with, so that it runs inside: for a person's own shell. */
  enterArgv(argv: readonly string[], cwd = "/root"): string[] {
    const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
    return ["nsenter", `--target=${this.leader}`, ...namespaces, `--wdns=${cwd}`, "--", ...argv];
  }

  /** Runs a program inside, as root. A non-zero exit code is a result, not an error. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
    const cgroup = this.#cgroup.run();
    const command = ["sh", "-c", 'echo 0 > "$1" && shift && exec "$@"', "lab", cgroup.procs];
    command.push(...this.enterArgv(argv, options.cwd));
    try {
      return await exec(command, {
        ...options,
        env: { ...environment, ...options.env },
        cwd: "/",
        ownGroup: true,
        timeout: options.timeout ?? 60_000,
        onTimeout: () => cgroup.kill(),
      });
    } finally {
      cgroup.removeIfEmpty();
    }
  }

  /** Like {@link run}; a non-zero exit code is thrown. Returns standard output. */
  async must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    const result = await this.run(argv, options);
    if (result.code !== 0) throw new CommandFailed(`exit code ${result.code} in ${this.name}`, argv, result);
    return result.stdout;
  }

  /** Shell text, for tests only. Stops at the first command that fails; throws on a non-zero exit code. */
  sh(script: string, options: RunOptions = {}): Promise<string> {
    return this.must(["sh", "-euc", script], options);
  }

  /** Writes a file, its directories made. */
  async put(path: string, content: string | Uint8Array, mode = "0644"): Promise<void> {
    const script = 'mkdir -p "$1" && cat > "$2" && chmod "$3" "$2"';
    await this.must(["sh", "-c", script, "put", dirname(path), path, mode], { input: content });
  }

  /** Reads a text file. */
  get(path: string): Promise<string> {
    return this.must(["cat", "--", path]);
  }

  /** Shuts down as a person would; its disk is kept for {@link start}. */
  async powerOff(): Promise<void> {
    process.kill(this.leader, poweroffSignal);
    await until(`lab host ${this.name}: shutdown`, 90_000, async () => (isAlive(this.#process) ? undefined : true));
    await this.crash();
  }

  /** Every process is killed at once; its disk is kept for {@link start}. */
  async crash(): Promise<void> {
    this.#leader = 0;
    const child = this.#child;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    await this.#cgroup.end();
  }

  /** Ends and removes it. Nothing of it is left on this machine. Safe to call twice. */
  async stop(): Promise<void> {
    await this.crash();
    if (!this.#bare) takeCode(join(this.directory, "upper"));
    await this.#empty();
    await withLock(hostsLock(), async () => {
      rmSync(this.directory, { recursive: true, force: true });
      this.#lock?.release();
      this.#lock = undefined;
      forget(this);
      await removeLeftovers();
      if (hostNames().length === 0) putBackInotify();
    });
  }

  /**
   * Its store has thousands of files: Node would take several times as long, and do nothing else meanwhile. All but the
   * lock, which says whose the directory is: others look for leftovers all the while.
   */
  async #empty(): Promise<void> {
    const content = existsSync(this.directory) ? readdirSync(this.directory) : [];
    const paths = content.filter((name) => name !== "lock").map((name) => join(this.directory, name));
    const removed = await exec(["rm", "-rf", "--", ...paths]);
    if (removed.code !== 0) throw new CommandFailed(`what ${this.name} had cannot be removed`, ["rm"], removed);
  }

  /** What can be done of {@link stop} while the process is exiting and nothing can be awaited. */
  stopNow(): void {
    this.#cgroup.endNow();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** SIGRTMIN+4 of signal(7) with glibc's SIGRTMIN: poweroff.target, systemd(1) "SIGNALS". */
const poweroffSignal = 38;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
