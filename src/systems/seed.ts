/**
 * A container's own root: made once, from the seed of its packages and what its toplevel declares, and renamed into
 * place whole. Never touched by path again: the container may have planted links in it.
 */
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { StowageError } from "../error.ts";
import { run } from "../host/run.ts";
import { diskErrors } from "../store/disk-errors.ts";
import { fsyncDirectory, makeDirectories, syncFileSystem } from "../store/files.ts";
import { containerDir, type Layout, storePath } from "../store/layout.ts";
import { makeAll } from "../store/make-all.ts";
import { checkStoreName } from "../store/names.ts";
import type { StoreName } from "./recipe.ts";

export interface SeedRequest {
  /** The container's name. */
  readonly container: string;
  readonly toplevel: StoreName;
  readonly packages: StoreName;
  /** Default: the container's name. Written only where the toplevel declares no /etc/hostname. */
  readonly hostname?: string;
  /** 32 hex digits; default: random. */
  readonly machineId?: string;
}

/** Of a container whose system is a tree that the user made: its /etc, /var and the like are copied, once. */
export interface TreeSeedRequest {
  readonly container: string;
  /** Absolute path of a directory with `usr/`, `etc/`. */
  readonly tree: string;
  readonly machineId?: string;
}

/** Of a container whose system is one of Nix: its init makes everything that is not listed in {@link nixSkeleton}. */
export interface NixSeedRequest {
  readonly container: string;
  readonly nix: true;
  readonly machineId?: string;
}

type AnySeedRequest = SeedRequest | TreeSeedRequest | NixSeedRequest;

/** What of a user's tree a new root begins with, where it is there; `usr` is bound. */
const copiedOfTree = ["etc", "var", "root", "home", "srv", "opt", "mnt", "media"];

/** Mount points of an empty root, and their modes. systemd-nspawn(1) refuses a directory without usr/lib/os-release. */
const skeleton: Readonly<Record<string, number>> = {
  dev: 0o755,
  proc: 0o555,
  sys: 0o555,
  run: 0o755,
  tmp: 0o1777,
  usr: 0o755,
  "usr/lib": 0o755,
};

/** With what is bound into it, so that nothing has to be made in the root later. */
const nixSkeleton: Readonly<Record<string, number>> = {
  ...skeleton,
  "usr/bin": 0o755,
  etc: 0o755,
  root: 0o700,
  var: 0o755,
  "var/lib": 0o755,
  "nix/store": 0o755,
  "nix/var/nix/db": 0o755,
  "nix/var/nix/daemon-socket": 0o755,
  "nix/var/nix/profiles": 0o755,
  "nix/var/nix/gcroots": 0o755,
};

/** Directories of a merged /usr that have a link at the top. */
const usrLinks = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/**
 * Makes `containers/<name>/root` where there is none. True when it was made here.
 * @throws StowageError `disk-full` and the like; nothing of the new root is left then
 */
export async function seedRoot(layout: Layout, request: AnySeedRequest): Promise<boolean> {
  const home = containerDir(layout, request.container);
  makeDirectories(home, 0o700);
  chmodSync(home, 0o700);
  for (const name of readdirSync(home).filter((entry) => entry.startsWith("root.new-"))) {
    rmSync(`${home}/${name}`, { recursive: true, force: true });
  }
  if (existsSync(`${home}/root`)) return false;
  const fresh = `${home}/root.new-${process.pid}`;
  try {
    await diskErrors(home, () => fill(layout, fresh, request));
    renameSync(fresh, `${home}/root`);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
  fsyncDirectory(home);
  return true;
}

async function fill(layout: Layout, root: string, request: AnySeedRequest): Promise<void> {
  mkdirSync(root, { mode: 0o755 });
  chmodSync(root, 0o755);
  if ("nix" in request) fillForNix(root);
  else await fillWithTree(layout, root, request);
  writeNew(`${root}/etc/machine-id`, `${request.machineId ?? randomMachineId()}\n`, 0o444);
  await syncFileSystem(root);
}

async function fillWithTree(layout: Layout, root: string, request: SeedRequest | TreeSeedRequest): Promise<void> {
  const usr = "tree" in request ? await copyTree(root, request) : await copySeed(layout, root, request);
  makeSkeleton(root, skeleton);
  writeNew(`${root}/usr/lib/os-release`, "", 0o644);
  for (const name of usrLinks.filter((link) => existsSync(`${usr}/usr/${link}`))) {
    symlinkSync(`usr/${name}`, `${root}/${name}`);
  }
  if (!existsInRoot(root, "etc/hostname")) writeNew(`${root}/etc/hostname`, `${hostnameOf(request)}\n`, 0o644);
}

/** Without an os-release it is no system to tools that look at it while it is down. */
function fillForNix(root: string): void {
  makeSkeleton(root, nixSkeleton);
  writeNew(`${root}/etc/os-release`, "", 0o644);
}

const hostnameOf = (request: SeedRequest | TreeSeedRequest): string =>
  ("hostname" in request ? request.hostname : undefined) ?? request.container;

/** @returns the tree whose `usr` the container will have */
async function copySeed(layout: Layout, root: string, request: SeedRequest): Promise<string> {
  const packages = storePath(layout, checkStoreName(request.packages));
  const toplevel = storePath(layout, checkStoreName(request.toplevel));
  await run(["cp", "-a", "--reflink=auto", "--", `${packages}/seed/.`, root], {
    endsWithUs: true,
    package: "coreutils",
  });
  // A declared file takes the place of the packages' own: not written through, if that is a link.
  await run(["cp", "-a", "--remove-destination", "--", `${toplevel}/root/.`, root], {
    endsWithUs: true,
    package: "coreutils",
  });
  return packages;
}

async function copyTree(root: string, { container, tree }: TreeSeedRequest): Promise<string> {
  for (const needed of ["usr", "etc"]) {
    // A link would be copied as one, and lead what is written below it out of the root.
    if (lstatSync(`${tree}/${needed}`, { throwIfNoEntry: false })?.isDirectory()) continue;
    throw new StowageError({
      code: "no-system",
      message: `${tree}, the path of container ${container}, has no directory ${needed}/`,
      details: ["a system is a directory tree with usr/ and etc/, and an init in it"],
    });
  }
  const parts = copiedOfTree
    .filter((name) => lstatSync(`${tree}/${name}`, { throwIfNoEntry: false })?.isDirectory())
    .map((name) => `${tree}/${name}`);
  await run(["cp", "-a", "--reflink=auto", "--", ...parts, root], { endsWithUs: true, package: "coreutils" });
  return tree;
}

function makeSkeleton(root: string, directories: Readonly<Record<string, number>>): void {
  for (const [path, mode] of Object.entries(directories)) {
    makeAll(`${root}/${path}`);
    chmodSync(`${root}/${path}`, mode);
  }
}

/** Nothing runs in this root yet, and it is made of our own store paths: paths below it can be trusted, once. */
function writeNew(path: string, text: string, mode: number): void {
  rmSync(path, { force: true });
  writeFileSync(path, text, { flag: "wx", mode });
  chmodSync(path, mode);
}

/** Not `exists`: a link to /run/declared leads nowhere on the host. */
function existsInRoot(root: string, path: string): boolean {
  const at = path.lastIndexOf("/");
  return readdirSync(`${root}/${path.slice(0, at)}`).includes(path.slice(at + 1));
}

/** A version 4 UUID without hyphens, which is what machine-id(5) asks of one. */
export function randomMachineId(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex");
}

/** Notes that this toplevel was brought into the root: `container-merge@` then has nothing to do at the next start. */
export function markApplied(layout: Layout, container: string, toplevel: StoreName): void {
  const applied = `${containerDir(layout, container)}/applied`;
  makeDirectories(`${applied}/${checkStoreName(toplevel)}`);
  for (const name of readdirSync(applied).filter((entry) => entry !== toplevel)) {
    rmSync(`${applied}/${name}`, { recursive: true, force: true });
  }
}
