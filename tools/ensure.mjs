/**
 * Makes a bare machine ready: Debian packages that are missing, and the packages of package-lock.json. Needs nothing but
 * Node itself. What cannot be done ends with what is missing and how to get it; nothing is skipped.
 */
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What the lab, the builder and the tests run, and the Debian package that brings it. */
const programs = {
  "apt-get": "apt",
  bzip2: "bzip2",
  cp: "coreutils",
  curl: "curl",
  "dpkg-deb": "dpkg",
  flock: "util-linux",
  gpg: "gpg",
  "gpg-agent": "gpg-agent",
  groff: "groff-base",
  ip: "iproute2",
  "mkfs.ext4": "e2fsprogs",
  mksquashfs: "squashfs-tools",
  mmdebstrap: "mmdebstrap",
  mount: "mount",
  nc: "netcat-openbsd",
  nft: "nftables",
  nsenter: "util-linux",
  ping: "iputils-ping",
  setpriv: "util-linux",
  slirp4netns: "slirp4netns",
  "systemd-nspawn": "systemd-container",
  tar: "tar",
  unshare: "util-linux",
  visudo: "sudo",
  xz: "xz-utils",
  zstd: "zstd",
};
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** A problem of the machine, not a bug: shown without a stack. */
export class NotReady extends Error {}

function isThere(program) {
  const directories = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return directories.some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function missingPackages() {
  const missing = Object.keys(programs).filter((program) => !isThere(program));
  const packages = new Set(missing.map((program) => programs[program]));
  if (!existsSync(keyring)) packages.add("debian-archive-keyring");
  return [...packages].sort();
}

/** Runs a program and passes on what it says, each line marked. Resolves to its exit code and all it said. */
export function passOn(argv, { env = process.env, mark = "  | " } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (piece) => {
        said += piece;
        const lines = (rest + piece).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) process.stdout.write(`${mark}${line}\n`);
      });
    }
    child.on("error", (error) => reject(new NotReady(`cannot run ${argv[0]}: ${error.message}`)));
    child.on("close", (code) => resolve({ code, said }));
  });
}

export function ensureRoot(why) {
  if (process.getuid?.() !== 0)
    throw new NotReady(`${why} needs root: namespaces and mounts are made. Run it with sudo.`);
}

/** @param {number} gigabytes free below the checkout */
export function ensureDisk(gigabytes) {
  const { bavail, bsize } = statfsSync(root);
  const free = (bavail * bsize) / 1e9;
  if (free < gigabytes) {
    throw new NotReady(`${gigabytes} GB of free disk are needed below ${root}, there are ${free.toFixed(1)} GB.`);
  }
}

export function explainApt(said, packages) {
  const by = `Install them yourself: apt-get install ${packages.join(" ")}`;
  if (
    /Could not resolve|Temporary failure|Could not connect|Unable to connect|Connection (?:failed|timed out)/i.test(
      said,
    )
  ) {
    return `apt-get reaches no mirror: is there a network? Missing are ${packages.join(", ")}.`;
  }
  if (/No space left|not have enough free space|don't have enough free space/i.test(said))
    return "apt-get: the disk is full.";
  if (/Could not get lock|Unable to acquire the dpkg/i.test(said))
    return "Another apt or dpkg is running; try again when it is done.";
  const errors = said.split("\n").filter((line) => line.startsWith("E: "));
  return ["apt-get failed.", ...errors, by].join("\n");
}

/** Installs the Debian packages that are missing. */
export async function ensurePackages() {
  const packages = missingPackages();
  if (packages.length === 0) return;
  if (!isThere("apt-get")) {
    throw new NotReady(
      `This machine has no apt-get, and these Debian packages are missing: ${packages.join(" ")}. Install what brings their programs.`,
    );
  }
  ensureRoot(`installing ${packages.join(", ")}`);
  console.log(`Installing with apt-get: ${packages.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  const apt = ["apt-get", "--quiet", "--yes", "--option=Dpkg::Use-Pty=0", "--option=DPkg::Lock::Timeout=120"];
  // Lists of other people's archives may fail: what matters is whether ours can be installed afterwards.
  const update = await passOn([...apt, "update"], { env });
  const install = await passOn([...apt, "install", "--no-install-recommends", ...packages], { env });
  if (install.code !== 0) throw new NotReady(explainApt(update.said + install.said, packages));
  const still = missingPackages();
  if (still.length > 0) throw new NotReady(`apt-get was content, but still missing: ${still.join(" ")}`);
}

/** Whether node_modules is what package-lock.json says. Optional packages may be missing: those of other platforms. */
export function modulesAreRight() {
  try {
    const read = (file) => JSON.parse(readFileSync(join(root, file), "utf8")).packages;
    const wanted = read("package-lock.json");
    const there = read("node_modules/.package-lock.json");
    return Object.entries(wanted).every(([path, { version, optional }]) => {
      if (path === "") return true;
      return there[path] === undefined ? optional === true : there[path].version === version;
    });
  } catch {
    return false;
  }
}

/**
 * Not `npm ci`: it refuses a lock file that lacks the optional packages of other platforms, and not every registry has
 * those. So npm installs by the lock file without writing it, and what came of that is compared with it.
 */
export async function ensureModules() {
  if (modulesAreRight()) return;
  console.log("Installing the npm packages of package-lock.json");
  const npm = ["npm", "install", "--no-save", "--no-audit", "--no-fund"];
  const { code, said } = await passOn([...npm, "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]);
  if (code === 0) {
    if (modulesAreRight()) return;
    throw new NotReady("npm installed other versions than package-lock.json names: remove node_modules and try again.");
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network/i.test(said)) {
    throw new NotReady("npm reaches no registry: is there a network?");
  }
  if (/ENOSPC/.test(said)) throw new NotReady("npm: the disk is full.");
  throw new NotReady("npm install failed; see above.");
}

export function ensureNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new NotReady(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`);
  }
}

/** Everything that tests, the lab and `npm run try` need. */
export async function ensureAll({ why, gigabytes }) {
  ensureNode();
  if (process.platform !== "linux") throw new NotReady(`${why} needs Linux.`);
  ensureRoot(why);
  ensureDisk(gigabytes);
  await ensurePackages();
  await ensureModules();
}
