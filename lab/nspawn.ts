/** How a lab host's systemd-nspawn is started, and how its PID 1 is found. Facts: systemd-nspawn(1). */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A directory or file of this machine that the host sees. */
export interface Bind {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** A file with a file system in it, as a disk of the host: mounted in its own mount namespace, and gone with it. */
export interface Disk {
  readonly image: string;
  /** Where the host sees it. */
  readonly target: string;
  /** Of mount(8), such as `commit=600`. */
  readonly options?: string;
}

export interface Start {
  /** The host's own directory: `lower`, `upper`, `work`, `root`, `console.log`. */
  readonly directory: string;
  readonly machine: string;
  readonly binds: readonly Bind[];
  readonly disks: readonly Disk[];
  /** `cgroup.procs` files to enter first. */
  readonly cgroups: readonly string[];
  /** Inherited and kept open for as long as the host runs. */
  readonly lock: number;
  /** It lives on when we end. */
  readonly detached: boolean;
}

/**
 * Constant; what differs comes as arguments. Mounts are made in a mount namespace of the host's own, so that they end
 * with its last process, however that ends. Relative paths, because overlayfs options give `:` and `,` a meaning.
 * nspawn's notes about itself go to a tmpfs there, for the same reason.
 */
const program = `set -eu
cd "$1"; shift
while [ "$1" != -- ]; do echo 0 > "$1"; shift; done; shift
mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
while [ "$1" != -- ]; do mkdir -p "$2"; mount -o "loop$3" "$1" "$2"; shift 3; done; shift
exec "$@"`;

/** Where a disk is mounted on this machine, for the host's processes alone. */
const diskAt = ({ directory }: Start, at: number): string => join(directory, "disks", `${at}`);

const colon = (path: string): string => path.replaceAll("\\", "\\\\").replaceAll(":", "\\:");

function nspawnArgv(start: Start): string[] {
  const argv = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--settings=no", "--boot"];
  argv.push(`--machine=${start.machine}`, `--directory=${join(start.directory, "root")}`, "--private-network");
  argv.push("--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=read-only");
  // A lab host starts containers itself, so it needs what a real machine's root may do.
  argv.push("--capability=all", "--system-call-filter=@mount @keyring bpf @module");
  for (const device of ["/dev/fuse", "/dev/net/tun"]) if (existsSync(device)) argv.push(`--bind=${device}`);
  const disks = start.disks.map(({ target }, at) => ({ source: diskAt(start, at), target, readOnly: false }));
  for (const { source, target, readOnly } of [...start.binds, ...disks]) {
    argv.push(`${readOnly ? "--bind-ro" : "--bind"}=${colon(source)}:${colon(target)}`);
  }
  return argv;
}

/**
 * Starts nspawn, as PID 1 of a namespace that unshare holds: when we die, unshare does, and with it everything. Without
 * that namespace the machine's own PID 1 would inherit the host's.
 */
export function startNspawn(start: Start): ChildProcess {
  const console = openSync(join(start.directory, "console.log"), "a");
  const die = start.detached ? [] : ["setpriv", "--pdeathsig", "KILL"];
  const argv = [
    ...die,
    "unshare",
    "--mount",
    "--propagation",
    "slave",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
  ];
  argv.push("sh", "-c", program, "lab");
  const disks = start.disks.flatMap(({ image, options = "" }, at) => [
    image,
    diskAt(start, at),
    options && `,${options}`,
  ]);
  const nspawn = nspawnArgv(start);
  argv.push(start.directory, ...start.cgroups, "--", ...disks, "--", ...nspawn);
  writeSync(console, `\n# ${nspawn.join(" ")}\n`);
  const [command = "", ...rest] = argv;
  return spawn(command, rest, {
    stdio: ["ignore", console, console, start.lock],
    detached: true,
    env: {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1",
      SYSTEMD_NSPAWN_API_VFS_WRITABLE: "1",
    },
  });
}

const childrenOf = (pid: number): number[] =>
  readOrEmpty(`/proc/${pid}/task/${pid}/children`)
    .split(" ")
    .filter((word) => word !== "")
    .map(Number);

/** PID 1 of a lab host as seen from here, once it is there and has become systemd: child of nspawn, child of unshare. */
export function leaderOf(unshare: number): number | undefined {
  // Before its last exec PID 1 is called like nspawn, and is not yet in the host's own tree.
  return childrenOf(unshare)
    .flatMap(childrenOf)
    .find((child) => readOrEmpty(`/proc/${child}/comm`).trim() === "systemd");
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Calls `probe` until it gives something, as often as is cheap, and no longer than `limit` milliseconds. */
export async function until<T>(what: string, limit: number, probe: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + limit; ; ) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not after ${limit} ms`);
    await sleep(10);
  }
}
