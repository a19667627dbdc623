/**
 * Takes out of a freshly built tree what must not be the same in two containers, and what differs between two builds
 * of the same packages. The lists are what was found by building many packages twice and comparing.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { findPaths, regularFiles } from "../tree.ts";
import { keystoreAt } from "./java-keystore.ts";

/** Below the store path. Keys, ids and database clusters are made at a container's first start instead. */
const perInstance = [
  "seed/etc/hostname",
  "seed/etc/resolv.conf",
  "seed/etc/ssh/ssh_host_*",
  "seed/etc/ssl/private/ssl-cert-snakeoil.key",
  "seed/etc/ssl/certs/ssl-cert-snakeoil.pem",
  "seed/etc/bind/rndc.key",
  "seed/etc/postgresql/*/main",
  "seed/var/lib/postgresql/*/main",
  "seed/var/lib/mysql/*",
  "seed/var/lib/systemd/random-seed",
  "seed/var/lib/systemd/credential.secret",
];

/** Traces of the building. */
const traces = [
  "seed/etc/.pwd.lock",
  "seed/etc/passwd-",
  "seed/etc/group-",
  "seed/etc/shadow-",
  "seed/etc/gshadow-",
  "seed/etc/subuid-",
  "seed/etc/subgid-",
  "seed/var/backups/*",
  "seed/var/cache/apt/*",
  "seed/var/cache/debconf/*-old",
  "seed/var/cache/debconf/passwords.dat",
  "seed/var/cache/ldconfig/aux-cache",
  "seed/var/lib/apt/lists/*",
  "usr/lib/stowage/dpkg/*-old",
  "usr/lib/stowage/dpkg/lock",
  "usr/lib/stowage/dpkg/lock-frontend",
  "usr/lib/stowage/dpkg/triggers/Lock",
  "usr/**/__pycache__",
];

/**
 * Cleans the tree at `directory`, which has `usr/` and `seed/`.
 * @param epoch seconds since 1970, for files that hold the time of the building; left as they are without it
 */
export function normalise(directory: string, epoch?: number): void {
  removeSnakeoilLink(directory);
  for (const pattern of [...perInstance, ...traces]) {
    for (const path of findPaths(directory, pattern)) rmSync(path, { recursive: true, force: true });
  }
  for (const file of regularFiles(`${directory}/seed/var/log`)) rmSync(file);
  emptyMachineId(directory);
  markUpdated(directory);
  withoutRandomNames(`${directory}/seed/var/cache/debconf/config.dat`);
  if (epoch !== undefined) withoutTimes(`${directory}/seed/etc/ssl/certs/java/cacerts`, epoch);
}

/** The certificate is found by a link that is named after its hash. */
function removeSnakeoilLink(directory: string): void {
  for (const link of findPaths(directory, "seed/etc/ssl/certs/*.0")) {
    if (lstatSync(link).isSymbolicLink() && readlinkSync(link).endsWith("ssl-cert-snakeoil.pem")) rmSync(link);
  }
}

/** Empty, not missing: on an ephemeral root PID 1 then takes the id it is given. D-Bus follows the same one. */
function emptyMachineId(directory: string): void {
  const id = `${directory}/seed/etc/machine-id`;
  rmSync(id, { force: true });
  writeFileSync(id, "", { flag: "wx" });
  chmodSync(id, 0o444);
  if (!existsSync(`${directory}/seed/var/lib/dbus`)) return;
  const dbus = `${directory}/seed/var/lib/dbus/machine-id`;
  rmSync(dbus, { force: true });
  symlinkSync("/etc/machine-id", dbus);
}

/**
 * ConditionNeedsUpdate= compares the time of /usr with these: caches in the seed are those of its /usr, so the first
 * start need not make them again, and a later /usr does. systemd.unit(5), systemd-update-done.service(8).
 */
function markUpdated(directory: string): void {
  for (const part of ["etc", "var"]) writeFileSync(`${directory}/seed/${part}/.updated`, "", { mode: 0o644 });
}

/** Some scripts ask debconf about a file of mktemp(1), and the answer database keeps its name. */
function withoutRandomNames(file: string): void {
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8");
  const fixed = text.replace(/(\/tmp\/[\w.-]+)\.[A-Za-z0-9]{6,}$/gm, "$1");
  if (fixed !== text) writeFileSync(file, fixed);
}

function withoutTimes(keystore: string, epoch: number): void {
  if (!lstatSync(keystore, { throwIfNoEntry: false })?.isFile()) return;
  const changed = keystoreAt(readFileSync(keystore), epoch);
  if (changed) writeFileSync(keystore, changed);
}

/**
 * Private keys that a package has made while it was built, and that this program does not know how to make anew: every
 * container with the package would have the same. Paths as the container sees them.
 */
export function sharedKeys(directory: string): string[] {
  const seed = `${directory}/seed`;
  const isKey = (file: string) =>
    lstatSync(file).size < 65_536 && /^-----BEGIN [A-Z ]*PRIVATE KEY-----$/m.test(readFileSync(file, "latin1"));
  return regularFiles(`${seed}/etc`)
    .filter(isKey)
    .map((file) => file.slice(seed.length))
    .sort();
}
