/**
 * A container's system as a root file system that boots by itself: on another machine, without this program. What the
 * container gets from outside while it runs is in it as files: what is declared, units, /usr.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../../host/run.ts";
import { makeAll } from "../../store/make-all.ts";
import { usrLinks } from "../import/policy.ts";
import { clampTimes, findPaths, regularFiles } from "../tree.ts";

export interface ImageParts {
  /** The container's name. */
  readonly name: string;
  /** Paths of the toplevel and of the package tree below it. */
  readonly toplevel: string;
  readonly packages: string;
}

/** Where a container sees its toplevel, and where an image has it. */
const declared = "/run/declared/current";
const kept = "/usr/lib/stowage/declared";

/** Parts of a toplevel that change a running container: nothing outside brings an image another one. */
const notKept = [
  "activate",
  "take-over",
  "copies",
  "copies.list",
  "accounts.list",
  "units",
  "fine-tune",
  "specialisation",
];
const ofHost = ["root", "recipe.json", "packages"];

/** Made by whoever starts it, or at the start. */
const mountPoints: Readonly<Record<string, number>> = { dev: 0o755, proc: 0o555, sys: 0o555, run: 0o755, tmp: 0o1777 };

/** Begins the names of what joins the host's names of other containers to the declared ones; an image knows these alone. */
const namesUnits = "declared-hosts";

/**
 * Fills an empty directory, on the file system of the store: files of /usr are shared with it and must not be written.
 * @returns seconds since 1970: the time of what was made here, and the newest in it
 */
export async function fillImageRoot(root: string, parts: ImageParts): Promise<number> {
  const epoch = Math.floor(lstatSync(parts.packages).mtimeMs / 1000);
  chmodSync(root, 0o755);
  await copy(`${parts.packages}/seed/.`, root);
  await copy(`${parts.toplevel}/root/.`, root);
  await run(["cp", "-al", "--", `${parts.packages}/usr`, root], { package: "coreutils" });
  for (const name of usrLinks.filter((link) => existsSync(`${root}/usr/${link}`)))
    symlinkSync(`usr/${name}`, `${root}/${name}`);
  makeMountPoints(root);
  await placeDeclared(root, parts);
  fileForLinks(root, parts);
  writeNew(`${root}/etc/machine-id`, "", 0o444);
  rmSync(`${root}/var/lib/stowage`, { recursive: true, force: true });
  clampTimes(root, epoch, Number.POSITIVE_INFINITY);
  return epoch;
}

const copy = (from: string, to: string) =>
  run(["cp", "-a", "--remove-destination", "--reflink=auto", "--", from, to], { package: "coreutils" });

function makeMountPoints(root: string): void {
  for (const [name, mode] of Object.entries(mountPoints)) {
    rmSync(`${root}/${name}`, { recursive: true, force: true });
    mkdirSync(`${root}/${name}`);
    chmodSync(`${root}/${name}`, mode);
  }
}

/** Units where an administrator has them; what they name below /run/declared, in /usr. */
async function placeDeclared(root: string, { toplevel }: ImageParts): Promise<void> {
  const place = `${root}${kept}`;
  makeAll(place, 0o755);
  for (const name of readdirSync(toplevel).filter((part) => ![...notKept, ...ofHost].includes(part))) {
    await copy(`${toplevel}/${name}`, place);
  }
  rmSync(`${place}/bin/switch-to-configuration`, { force: true });
  const units = `${root}/etc/systemd/system`;
  makeAll(units, 0o755);
  if (existsSync(`${toplevel}/units`)) await copy(`${toplevel}/units/.`, units);
  for (const pattern of [`bin/${namesUnits}*`, `*/${namesUnits}*`, `${namesUnits}*`]) {
    for (const path of [...findPaths(place, pattern), ...findPaths(units, pattern)]) rmSync(path);
  }
  for (const file of unitFiles(toplevel)) renameDeclared(`${units}/${file}`);
  // For what names it elsewhere. A unit must not wait for this: it comes too late for those of the early boot.
  makeAll(`${root}/usr/lib/tmpfiles.d`, 0o755);
  writeNew(`${root}/usr/lib/tmpfiles.d/stowage-image.conf`, `L ${declared} - - - - ${kept}\n`, 0o644);
}

const unitFiles = (toplevel: string): string[] =>
  regularFiles(`${toplevel}/units`).map((path) => path.slice(`${toplevel}/units/`.length));

function renameDeclared(file: string): void {
  if (!existsSync(file)) return;
  const text = readFileSync(file, "utf8");
  const renamed = text.replaceAll(`${declared}/`, `${kept}/`);
  if (renamed !== text) writeNew(file, renamed, lstatSync(file).mode & 0o7777);
}

/** Declared files of /etc: what a link in a container leads to is the file itself in an image. */
function fileForLinks(root: string, { name, toplevel }: ImageParts): void {
  for (const path of pathsBelow(`${toplevel}/etc`)) {
    const [from, to] = [`${toplevel}/etc/${path}`, `${root}/etc/${path}`];
    if (!isDeclaredLink(to)) continue;
    const stat = lstatSync(from);
    if (stat.isFile()) {
      writeNew(to, readFileSync(from), stat.mode & 0o7777);
      continue;
    }
    rmSync(to);
    const target = readlinkSync(from);
    // The host's name servers are nobody else's; whoever starts an image says which it has.
    if (path !== "resolv.conf" && path !== "hosts") symlinkSync(target, to);
  }
  const names = `${root}/etc/hosts.declared`;
  // A link of the packages' would lead to a file of the host.
  const isFile = lstatSync(names, { throwIfNoEntry: false })?.isFile();
  const hosts = isFile ? readFileSync(names, "utf8") : ownHosts(name);
  rmSync(names, { force: true });
  if (!lstatSync(`${root}/etc/hosts`, { throwIfNoEntry: false })?.isFile()) writeNew(`${root}/etc/hosts`, hosts, 0o644);
}

const ownHosts = (name: string): string =>
  `127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.0.2 ${name}\n`;

function isDeclaredLink(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isSymbolicLink() === true && readlinkSync(path).startsWith(`${declared}/etc/`);
}

function pathsBelow(top: string, below = ""): string[] {
  const entries = readdirSync(join(top, below), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? pathsBelow(top, path) : [path];
  });
}

/** A new file in the place of whatever is there: never through a link, never into a file that the store has too. */
function writeNew(path: string, content: string | Buffer, mode: number): void {
  makeAll(dirname(path), 0o755);
  rmSync(path, { force: true });
  writeFileSync(path, content, { flag: "wx", mode });
  chmodSync(path, mode);
}
