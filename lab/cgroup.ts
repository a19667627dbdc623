/**
 * A cgroup for each lab host, at the root of the hierarchies that systemd uses. nspawn makes `payload` and `supervisor`
 * below whatever cgroup it is started in: started by two hosts in the same one, the two would share them.
 * It is also how a host is ended for certain: `cgroup.kill` reaches every process of it and nothing else.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

interface CgroupMounts {
  /** Mount point of the v2 hierarchy: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside v1. */
  readonly unified: string;
  /** Mount point of the v1 hierarchy `name=systemd`, where there is one. */
  readonly named?: string;
}

/** From the text of /proc/self/mountinfo, proc(5). */
export function cgroupMounts(mountinfo: string): CgroupMounts {
  let unified: string | undefined;
  let named: string | undefined;
  for (const line of mountinfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const mountPoint = left.split(" ")[4] ?? "";
    const [type, , options = ""] = right.split(" ");
    if (type === "cgroup2") unified ??= mountPoint;
    if (type === "cgroup" && options.split(",").includes("name=systemd")) named ??= mountPoint;
  }
  if (unified === undefined) throw new Error("no cgroup2 file system is mounted: a lab host's systemd needs one");
  return { unified, ...(named !== undefined && { named }) };
}

const mounts = (): CgroupMounts => cgroupMounts(readFileSync("/proc/self/mountinfo", "utf8"));

export class LabCgroup {
  /** Its directories in each hierarchy, the v2 one first. */
  readonly directories: readonly string[];
  #runs = 0;

  constructor(name: string) {
    const { unified, named } = mounts();
    this.directories = [unified, ...(named === undefined ? [] : [named])].map((root) => join(root, name));
  }

  get #unified(): string {
    return this.directories[0] ?? "";
  }

  /** `cgroup.procs` files: a process writes its id there to enter. */
  create(): string[] {
    for (const directory of this.directories) mkdirSync(directory);
    return this.directories.map((directory) => join(directory, "cgroup.procs"));
  }

  /** A cgroup for one command run in the host, beside those of its systemd. Seen from the inside: `/lab-run-N`. */
  run(): CommandCgroup {
    this.#runs += 1;
    return new CommandCgroup(join(this.#unified, "payload", `lab-run-${process.pid}-${this.#runs}`));
  }

  /** Kills whatever is in it, waits until it is empty, and removes it. Fine where it is not there. */
  async end(): Promise<void> {
    this.#kill();
    for (const deadline = Date.now() + 10_000; this.#populated(); await sleep(5)) {
      if (Date.now() > deadline) throw new Error(`processes in ${this.#unified} outlive SIGKILL`);
    }
    this.#remove();
  }

  /** {@link end} for a process that is exiting and cannot await. What takes too long is left to the next boot. */
  endNow(): void {
    this.#kill();
    const clock = new Int32Array(new SharedArrayBuffer(4));
    for (const deadline = Date.now() + 1_000; this.#populated() && Date.now() < deadline; )
      Atomics.wait(clock, 0, 0, 5);
    if (!this.#populated()) this.#remove();
  }

  #kill(): void {
    const kill = join(this.#unified, "cgroup.kill");
    if (existsSync(kill)) writeFileSync(kill, "1");
  }

  #remove(): void {
    for (const directory of this.directories) removeTree(directory);
  }

  #populated(): boolean {
    const events = join(this.#unified, "cgroup.events");
    return existsSync(events) && /^populated 1$/m.test(readFileSync(events, "utf8"));
  }
}

export class CommandCgroup {
  readonly directory: string;

  constructor(directory: string) {
    mkdirSync(directory);
    this.directory = directory;
  }

  get procs(): string {
    return join(this.directory, "cgroup.procs");
  }

  kill(): void {
    writeFileSync(join(this.directory, "cgroup.kill"), "1");
  }

  /** What the command left running in the background keeps its cgroup until the host ends. */
  removeIfEmpty(): void {
    try {
      rmdirSync(this.directory);
    } catch {}
  }
}

/** cgroups are removed from the leaves up; a cgroup's files cannot be unlinked and need not be. */
function removeTree(directory: string): void {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(directory, entry.name));
  }
  rmdirSync(directory);
}
