/**
 * The store: directories that are complete from the moment their name exists and are never written again.
 * See docs/design/on-disk-format.md, "A store path".
 */
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { diskErrors } from "./disk-errors.ts";
import { fsyncDirectory, makeDirectories, syncFileSystem } from "./files.ts";
import { lockDescriptor, whileLocked } from "./flock.ts";
import { openState } from "./format.ts";
import { type Layout, storeDir, storePath } from "./layout.ts";
import { checkStoreName, isStoreName } from "./names.ts";

const buildPrefix = ".building-";

/** A store path to be: `make` fills the directory that it is given, which exists and is empty. */
export interface NewPath {
  readonly name: string;
  readonly make: (directory: string) => Promise<void> | void;
}

/** Whether the store has this path. Then it is whole. */
export function has(layout: Layout, name: string): boolean {
  return existsSync(storePath(layout, checkStoreName(name)));
}

/** Every store path, by name. */
export function listStore(layout: Layout): string[] {
  if (!existsSync(storeDir(layout))) return [];
  return readdirSync(storeDir(layout)).filter(isStoreName).sort();
}

/**
 * Adds what is missing, all in one go: made, synced to the disk once, then named one after the other in the given order.
 * @returns the names that were made here; others were there already, or another process was faster
 * @throws what a `make` throws; nothing of this call is in the store then
 */
export async function addPaths(layout: Layout, paths: readonly NewPath[]): Promise<string[]> {
  const missing = paths.filter((path) => !has(layout, path.name));
  if (missing.length === 0) return [];
  return inBuildDirectory(layout, async (directory) => {
    for (const path of missing) {
      mkdirSync(join(directory, path.name), { mode: 0o755 });
      await path.make(join(directory, path.name));
    }
    await syncFileSystem(directory);
    const made = missing.filter((path) => moveIn(join(directory, path.name), storePath(layout, path.name)));
    fsyncDirectory(storeDir(layout));
    return made.map((path) => path.name);
  });
}

/** Adds one path. True when it was made here, false when it was there already. */
export async function addPath(layout: Layout, name: string, make: NewPath["make"]): Promise<boolean> {
  return (await addPaths(layout, [{ name, make }])).length === 1;
}

/** False when another process was faster: its path is as good as ours, which is thrown away with the build directory. */
function moveIn(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw error;
  }
}

/** Several may build at once, each on what is there: nothing is removed meanwhile. */
export async function whileBuilding<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  openState(layout);
  makeDirectories(storeDir(layout));
  return withStore(layout, (fd) => lockDescriptor(fd, { shared: true, wait: true }), work);
}

/** Waits until nobody builds, and says so; who wants to begin meanwhile waits for us. Writes nothing: the disk may be full. */
export async function whileNothingIsBuilt<T>(layout: Layout, onWait: () => void, work: () => Promise<T>): Promise<T> {
  if (!existsSync(storeDir(layout))) return work();
  const lock = async (fd: number) => {
    if (await lockDescriptor(fd)) return;
    onWait();
    await lockDescriptor(fd, { wait: true });
  };
  return withStore(layout, lock, work);
}

/** With a lock of the store directory itself, which ends with its descriptor. */
async function withStore<T>(
  layout: Layout,
  lock: (fd: number) => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  const fd = openSync(storeDir(layout), "r");
  try {
    await lock(fd);
    return await work();
  } finally {
    closeSync(fd);
  }
}

/** A locked directory beside the store paths, on the same file system; gone afterwards, whatever happens. */
export async function inBuildDirectory<T>(layout: Layout, work: (directory: string) => Promise<T>): Promise<T> {
  openState(layout);
  makeDirectories(storeDir(layout));
  const { directory, fd } = await diskErrors(storeDir(layout), () => claimBuildDirectory(layout));
  try {
    return await diskErrors(storeDir(layout), () => work(directory));
  } finally {
    rmSync(directory, { recursive: true, force: true });
    closeSync(fd);
  }
}

/** Under a lock of its own, or another process would find our directory before we hold its lock, and remove it. */
function claimBuildDirectory(layout: Layout): Promise<{ directory: string; fd: number }> {
  return whileLocked(`${storeDir(layout)}/.lock`, async () => {
    await removeFree(layout);
    const directory = mkdtempSync(`${storeDir(layout)}/${buildPrefix}${process.pid}-`);
    const fd = openSync(directory, "r");
    await lockDescriptor(fd);
    return { directory, fd };
  });
}

/** Removes builds in progress whose builder has ended: their lock is free. Returns their names. */
export async function removeLeftovers(layout: Layout): Promise<string[]> {
  if (!existsSync(storeDir(layout))) return [];
  return whileLocked(`${storeDir(layout)}/.lock`, () => removeFree(layout));
}

async function removeFree(layout: Layout): Promise<string[]> {
  const removed: string[] = [];
  for (const name of readdirSync(storeDir(layout)).filter((entry) => entry.startsWith(buildPrefix))) {
    if (await removeIfFree(join(storeDir(layout), name))) removed.push(name);
  }
  return removed;
}

async function removeIfFree(directory: string): Promise<boolean> {
  let fd: number;
  try {
    fd = openSync(directory, "r");
  } catch {
    return false; // Its builder has just finished.
  }
  try {
    if (!(await lockDescriptor(fd))) return false;
    rmSync(directory, { recursive: true, force: true });
    return true;
  } finally {
    closeSync(fd);
  }
}
