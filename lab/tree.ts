/**
 * The root file systems that lab hosts boot, made by mmdebstrap and kept below `.cache/lab/trees`. A tree is named by
 * the hash of its recipe, is whole from the moment it has that name, and is never written again: hosts boot an overlay.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CommandFailed, exec, must } from "./exec.ts";
import { tryLock, withLock } from "./lock.ts";
import { hostMirror } from "./mirror.ts";
import { labCache } from "./places.ts";

export const suites = ["bookworm", "trixie"] as const;
/** Debian 12 has systemd 252, Debian 13 has 257: the oldest and the newest that is promised to work. */
export type Suite = (typeof suites)[number];
/** "base": what a host of system containers has. "engines": podman and docker too. "nix": Nix and a static shell. */
export type Flavour = "base" | "engines" | "nix";

const basePackages = [
  "ca-certificates",
  "curl",
  "dbus",
  "iproute2",
  "iputils-ping",
  "libatomic1",
  "libstdc++6",
  "netcat-openbsd",
  "nftables",
  "procps",
  "strace",
  "systemd",
  "systemd-container",
  "systemd-sysv",
  "udev",
];
const enginePackages = [
  "aardvark-dns",
  // What images of tests are made of.
  "busybox-static",
  // What a pod of podman's runs between its containers.
  "catatonit",
  "crun",
  "docker-registry",
  "docker.io",
  "fuse-overlayfs",
  "iptables",
  "netavark",
  "passt",
  "podman",
  "runc",
  "slirp4netns",
  "uidmap",
];

/** From Debian 13 on, docker.io no longer brings the command. */
const enginePackagesOf: Readonly<Record<Suite, readonly string[]>> = {
  bookworm: enginePackages,
  trixie: [...enginePackages, "docker-cli"],
};

/** The shell is for what shall run from the Nix store alone. */
const nixPackages = ["busybox-static", "nix-bin"];

/** Timers and services of a stock Debian that do nothing for a throwaway machine but take time at boot. */
const masked = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer",
  "e2scrub_all.timer",
  "e2scrub_reap.service",
  "fstrim.timer",
  "systemd-networkd-wait-online.service",
];

const commonFiles = {
  "etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n",
  "etc/resolv.conf": "",
};

/** Engines under the limits of a host without CAP_SYS_RESOURCE and without cgroup controllers. */
const containersConf = `[containers]
default_ulimits = []
pids_limit = 0
[engine]
runtime = "runc"
`;

/** Plain data: its hash names the tree. `format` is raised when the same fields make something else. */
interface TreeRecipe {
  readonly format: 2;
  readonly suite: Suite;
  /** The tree that it begins as a copy of, which spares it half of the work; null: it is made from nothing. */
  readonly base: TreeRecipe | null;
  readonly packages: readonly string[];
  readonly masked: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly arch: string;
}

export function treeRecipe(suite: Suite, flavour: Flavour): TreeRecipe {
  const engines = flavour === "engines";
  const isBase = flavour === "base";
  return {
    format: 2,
    suite,
    base: isBase ? null : treeRecipe(suite, "base"),
    packages: [...{ base: basePackages, engines: enginePackagesOf[suite], nix: nixPackages }[flavour]].sort(),
    masked: isBase ? masked : [],
    files: { ...commonFiles, ...(engines && { "etc/containers/containers.conf": containersConf }) },
    arch: process.arch,
  };
}

export function treePath(suite: Suite, flavour: Flavour): string {
  const hash = createHash("sha256")
    .update(JSON.stringify(treeRecipe(suite, flavour)))
    .digest("hex")
    .slice(0, 16);
  return join(labCache(), "trees", `${suite}-${flavour}-${hash}`);
}

/** Ends the name of a tree that is not whole yet. */
const building = ".building";

/** Told while a tree is made: a line for people, with the seconds since the start. */
export type OnTreeProgress = (line: string) => void;

/**
 * The tree of a suite, built if there is none yet: half a minute and 250 MB for "base". Two processes that ask at the
 * same time build once; what a killed build left behind is removed.
 * @throws Error that says what is missing: root, mmdebstrap, disk, network.
 */
export async function tree(
  suite: Suite,
  flavour: Flavour = "base",
  onProgress: OnTreeProgress = () => {},
): Promise<string> {
  const path = treePath(suite, flavour);
  if (existsSync(path)) return path;
  const base = flavour === "base" ? null : await tree(suite, "base", onProgress);
  return withLock(`${path}.lock`, async () => {
    if (existsSync(path)) return path;
    await removeLeftovers();
    await build(treeRecipe(suite, flavour), path, base, onProgress);
    return path;
  });
}

/** Builds that were killed: their directory is there and nobody holds the lock of their tree. */
async function removeLeftovers(): Promise<void> {
  const directory = join(labCache(), "trees");
  for (const name of readdirSync(directory).filter((name) => name.endsWith(building))) {
    const lock = await tryLock(join(directory, `${name.slice(0, -building.length)}.lock`));
    if (!lock) continue;
    rmSync(join(directory, name), { recursive: true, force: true });
    lock.release();
  }
}

const megabytesNeeded = (recipe: TreeRecipe): number => (recipe.packages.includes("podman") ? 1500 : 700);

function checkDisk(recipe: TreeRecipe): void {
  const { bavail, bsize } = statfsSync(labCache());
  const free = Math.floor((bavail * bsize) / 1e6);
  const needed = megabytesNeeded(recipe);
  if (free < needed) throw new Error(`a lab tree needs ${needed} MB free below ${labCache()}, there are ${free} MB`);
}

/** A one-line source for mmdebstrap; nothing where it shall use its own default. */
export function sourceLine(suite: Suite, mirror = hostMirror()): string[] {
  return mirror === undefined ? [] : [`deb ${mirror} ${suite} main`];
}

/** Call with the tree's lock held. @param base path of the tree that the recipe begins with */
async function build(recipe: TreeRecipe, path: string, base: string | null, onProgress: OnTreeProgress): Promise<void> {
  checkDisk(recipe);
  const root = `${path}${building}`;
  rmSync(root, { recursive: true, force: true });
  if (base !== null) await copy(base, root);
  await debootstrap(recipe, root, onProgress);
  for (const unit of recipe.masked) symlinkSync("/dev/null", join(root, "etc/systemd/system", unit));
  // mmdebstrap copies this machine's; a lab host takes its machine name, and has no network to ask.
  rmSync(join(root, "etc/hostname"), { force: true });
  rmSync(join(root, "etc/resolv.conf"), { force: true });
  for (const [name, text] of Object.entries(recipe.files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  renameSync(root, path);
}

const diesWithUs = ["setpriv", "--pdeathsig", "KILL"];

/** But for device nodes, which mmdebstrap makes anew. */
async function copy(base: string, root: string): Promise<void> {
  await must([...diesWithUs, "cp", "--archive", "--", base, root]);
  rmSync(join(root, "dev"), { recursive: true, force: true });
  mkdirSync(join(root, "dev"), { mode: 0o755 });
}

async function debootstrap(recipe: TreeRecipe, root: string, onProgress: OnTreeProgress): Promise<void> {
  const started = Date.now();
  const tell = (text: string): void => {
    for (const line of text.split("\n")) {
      const phase = /^I: (.*)\.\.\.$/.exec(line)?.[1];
      if (phase) onProgress(`${recipe.suite}: ${phase} (${((Date.now() - started) / 1000).toFixed(0)} s)`);
    }
  };
  // Mount and PID namespaces of its own: a killed build leaves no mount and no process behind.
  const argv = [...diesWithUs, "unshare", "--mount", "--propagation", "private"];
  argv.push("--pid", "--fork", "--kill-child", "--mount-proc");
  // "custom": nothing but what is asked for, and what that needs.
  const onto = recipe.base === null ? ["--variant=minbase"] : ["--variant=custom", "--skip=check/empty"];
  argv.push("mmdebstrap", "--mode=root", ...onto, `--include=${recipe.packages.join(",")}`);
  argv.push(recipe.suite, root, ...sourceLine(recipe.suite));
  const result = await exec(argv, { onOutput: tell });
  if (result.code === 0) return;
  rmSync(root, { recursive: true, force: true });
  const unreachable = /^ *(?:E: |Err:).*\n?.*(?:resolv|onnect|timed out).*$/im.exec(result.stderr)?.[0].trim();
  if (unreachable)
    throw new Error(`cannot make the ${recipe.suite} tree, no Debian mirror is reached:\n${unreachable}`);
  throw new CommandFailed(`cannot make the ${recipe.suite} tree`, argv, result);
}
