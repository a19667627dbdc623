/**
 * What is left on the machine once nothing is declared: the store, generations, caches, and what containers have written.
 * All of it is ours but the last, which goes only on request.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { StowageError } from "../error.ts";
import { parseMounts } from "../host/mounts.ts";
import { run } from "../host/run.ts";
import {
  containerDir,
  containersDir,
  generationsDir,
  type Layout,
  madeDir,
  madeLockFile,
  storeDir,
} from "../store/layout.ts";
import { removeIfEmpty } from "./directories.ts";
import { removeBootUnit } from "./next-boot.ts";

/** Containers that have something on disk, sorted. */
export function containersOnDisk(layout: Layout): string[] {
  const directory = containersDir(layout);
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

/**
 * A mount below a container's root may be of anything: it would be emptied with the root.
 * @throws StowageError `foreign-mount`
 */
export function refuseMounts(layout: Layout, mountinfo = readFileSync("/proc/self/mountinfo", "utf8")): void {
  if (!existsSync(containersDir(layout))) return;
  // Where a link is on the way, mounts are known by where it leads.
  const directory = realpathSync(containersDir(layout));
  const points = parseMounts(mountinfo).map(({ point }) => point);
  const below = points.filter((point) => point.startsWith(`${directory}/`)).sort();
  if (below.length === 0) return;
  throw new StowageError({
    code: "foreign-mount",
    message: "something is mounted below the root of a container",
    details: below,
    hint: "unmount it first (umount), or leave out --state",
  });
}

/** The roots, and what stands beside them. Never into another file system. */
export async function removeStates(layout: Layout, names: readonly string[]): Promise<void> {
  for (const name of names) await removeWhole(containerDir(layout, name));
  removeIfEmpty(containersDir(layout));
}

/** All but the containers' own. What names the rest goes last: cut short, it is seen that there is something left. */
export async function removeInstallation(layout: Layout): Promise<void> {
  removeBootUnit(layout);
  for (const path of [storeDir(layout), layout.cache, `${layout.state}/flakes`, generationsDir(layout)]) {
    await removeWhole(path);
  }
  for (const name of ["switch.json", "by-hand.json", "directories", "images", "format"])
    await removeWhole(`${layout.state}/${name}`);
  rmSync(madeLockFile(layout), { force: true });
  for (const directory of [layout.state, madeDir(layout), layout.etc]) removeIfEmpty(directory);
  await removeWhole(layout.run);
}

async function removeWhole(path: string): Promise<void> {
  const remove = ["rm", "-rf", "--one-file-system", "--", path];
  const first = await run(remove, { accept: [0, 1], package: "coreutils" });
  if (first.status === 0) return;
  // A container may have made files immutable; nobody else's are below.
  await run(["chattr", "-R", "-f", "-ia", "--", path], { accept: [0, 1], package: "e2fsprogs" });
  await run(remove, { package: "coreutils" });
}
