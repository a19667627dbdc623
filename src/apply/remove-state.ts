/** What a container has written, removed; and nothing of what others have mounted into it. */
import { existsSync, lstatSync, readFileSync, realpathSync, rmSync } from "node:fs";
import type { ContainerPart } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import { parseMounts } from "../host/mounts.ts";
import { run } from "../host/run.ts";
import { listGenerations } from "../store/generations.ts";
import { containersDir, type Layout } from "../store/layout.ts";
import { gcRootsOf, profilesOf, systemLayout } from "../store/nix-places.ts";
import { readChecked } from "./current.ts";
import { removeStates } from "./uninstall.ts";

/** A mount at or below a directory. */
export interface MountIn {
  readonly point: string;
  /** Its parent is none of these: what stands between it and the directory is the machine's. */
  readonly topmost: boolean;
}

/**
 * Mounts at and below a directory, in the order in which they can be taken away: what was mounted last goes first.
 * @param directory without links on the way, as the kernel names mount points
 * @param mountinfo proc_pid_mountinfo(5)
 */
export function mountsIn(directory: string, mountinfo: string): MountIn[] {
  const found = mountinfo.split("\n").flatMap((line) => {
    const [mount] = parseMounts(line);
    if (mount === undefined || !isIn(directory, mount.point)) return [];
    const [id = "", parent = ""] = line.split(" ");
    return [{ id, parent, point: mount.point }];
  });
  const ids = new Set(found.map(({ id }) => id));
  return found.map(({ point, parent }) => ({ point, topmost: !ids.has(parent) })).reverse();
}

const isIn = (directory: string, point: string): boolean => point === directory || point.startsWith(`${directory}/`);

/**
 * Points where something is mounted over a mount that is not in another of these: nothing reaches that one any more, and so
 * it cannot be made private.
 * @param mounts as {@link mountsIn} has them
 */
export function covered(mounts: readonly MountIn[]): string[] {
  return mounts
    .filter((one, at) => one.topmost && mounts.slice(0, at).some((later) => later.point === one.point))
    .map(({ point }) => point);
}

/**
 * Root and all that is beside it. What is mounted there is unmounted before, and so is spared; no other file system is
 * entered, and what was made immutable goes, too.
 * @returns what was unmounted
 * @throws StowageError `foreign-mount` where something cannot be unmounted: then nothing is removed
 */
export async function removeState(layout: Layout, name: string, mountinfo = ownMountinfo): Promise<string[]> {
  const containers = containersDir(layout);
  if (!existsSync(containers)) return [];
  // Where a link is on the way, mounts are known by where it leads. A container that is one itself only loses the link.
  const directory = `${realpathSync(containers)}/${name}`;
  const unmounted = await unmountIn(name, mountsIn(directory, mountinfo()));
  const left = mountsIn(directory, mountinfo());
  if (left.length > 0) throw stillMounted(name, left);
  if (isThere(directory)) await removeStates(layout, [name]);
  return unmounted;
}

/** What Nix keeps for a container whose system it builds, and the note of what that was built from. */
export async function removeProfile(layout: Layout, name: string): Promise<void> {
  rmSync(builtFrom(layout, name), { force: true });
  for (const path of [profilesOf(name), gcRootsOf(name)].filter((one) => existsSync(one))) {
    await run(["rm", "-rf", "--one-file-system", "--", path], { package: "coreutils" });
  }
}

/**
 * Whether what Nix keeps under this name is of a container of ours: a flake was built for it, or a generation that is kept
 * has its system in Nix's store. Those of nixos-container stand at the same place.
 */
export const isProfileOurs = (layout: Layout, name: string): boolean =>
  existsSync(builtFrom(layout, name)) ||
  keptParts(layout, name).some(({ path }) => path !== null && systemLayout(path) === "nix");

/** A container as all generations that are kept have it. One that cannot be read says nothing of it. */
export function keptParts(layout: Layout, name: string): ContainerPart[] {
  return listGenerations(layout).flatMap((number) => {
    try {
      const { containers } = readChecked(layout, number);
      return Object.hasOwn(containers, name) ? (containers[name] ?? []) : [];
    } catch (error) {
      if (error instanceof StowageError) return [];
      throw error;
    }
  });
}

const builtFrom = (layout: Layout, name: string): string => `${layout.state}/flakes/${name}`;

const ownMountinfo = (): string => readFileSync("/proc/self/mountinfo", "utf8");

/** Also a link that leads nowhere. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

async function unmountIn(name: string, mounts: readonly MountIn[]): Promise<string[]> {
  if (covered(mounts).length > 0) throw stillMounted(name, mounts);
  // What was bound with all that is mounted in it is its peer: the machine's own would be unmounted with it.
  for (const { point, topmost } of mounts.toReversed()) {
    if (!topmost) continue;
    const argv = ["mount", "--make-rprivate", "--", point];
    const { status } = await run(argv, { accept: "any", package: "mount" });
    if (status !== 0) throw stillMounted(name, mounts);
  }
  for (const { point } of mounts) {
    const { status } = await run(["umount", "--", point], { accept: "any", package: "mount" });
    // Somebody is in it. It goes out of our way all the same, and for good once nobody is.
    if (status !== 0) await run(["umount", "--lazy", "--", point], { accept: "any", package: "mount" });
  }
  return mounts.map(({ point }) => point);
}

const stillMounted = (name: string, mounts: readonly MountIn[]): StowageError =>
  new StowageError({
    code: "foreign-mount",
    message: `something is mounted below the root of container ${name}, and cannot be unmounted`,
    details: mounts.map(({ point }) => point),
    hint: "unmount it (umount), and run it again; what the container has written is all there",
  });
