/**
 * The declared directory: a running container's view of its toplevel, at /run/declared. A copy, not the store path
 * itself: a trusted container could write through the bind mount, and would only harm itself.
 */
import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { run } from "../host/run.ts";
import { missingPart, shownParts } from "../store/declared.ts";
import { diskErrors } from "../store/disk-errors.ts";
import { flipSymlink, fsyncDirectory, makeDirectories, syncFileSystem } from "../store/files.ts";
import { containerDir, type Layout, storePath } from "../store/layout.ts";
import { checkStoreName, isStoreName } from "../store/names.ts";
import { removeOrders } from "../store/order.ts";

import type { StoreName } from "./recipe.ts";

export const declaredDir = (layout: Layout, container: string) => `${containerDir(layout, container)}/declared`;

/** Puts the copy of a toplevel in place and turns `current` to it. Former copies stay: see {@link removeFormerDeclared}. */
export async function declare(layout: Layout, container: string, toplevel: StoreName): Promise<void> {
  const before = declaredToplevel(layout, container);
  await copyDeclared(layout, container, toplevel);
  // Started in between, with the new units and the former directory, the merge has marked what it did not bring in.
  const mark = `${containerDir(layout, container)}/applied/${toplevel}`;
  if (before !== null && before !== toplevel && existsSync(mark)) {
    rmSync(mark, { recursive: true });
    // With the link turned and the mark there again, after a power cut, nobody would bring it in.
    fsyncDirectory(dirname(mark));
  }
  flipSymlink(`${declaredDir(layout, container)}/current`, toplevel);
}

/** Puts the copy of a toplevel beside those that are there; the container is not shown it as its own yet. */
export async function copyDeclared(layout: Layout, container: string, toplevel: StoreName): Promise<void> {
  const directory = declaredDir(layout, container);
  const from = storePath(layout, checkStoreName(toplevel));
  makeDirectories(directory);
  for (const name of readdirSync(directory).filter((entry) => entry.startsWith(".new-"))) {
    rmSync(`${directory}/${name}`, { recursive: true, force: true });
  }
  if (missingPart(layout, directory, toplevel) !== null) {
    const fresh = `${directory}/.new-${process.pid}`;
    mkdirSync(fresh, { mode: 0o755 });
    await diskErrors(directory, async () => {
      const there = shownParts(from).map((part) => `${from}/${part}`);
      await run(["cp", "-a", "--", ...there, fresh], { endsWithUs: true, package: "coreutils" });
      await syncFileSystem(directory);
    });
    // A copy that somebody has taken something from.
    rmSync(`${directory}/${toplevel}`, { recursive: true, force: true });
    renameSync(fresh, `${directory}/${toplevel}`);
    fsyncDirectory(directory);
  }
}

/** The toplevel that the container is shown, or null where nothing is declared yet. */
export function declaredToplevel(layout: Layout, container: string): StoreName | null {
  try {
    const target = readlinkSync(`${declaredDir(layout, container)}/current`);
    return isStoreName(target) ? target : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Removes the copies and orders that nothing uses any more: once the container was restarted or has taken over. */
export function removeFormerDeclared(layout: Layout, container: string): void {
  const current = declaredToplevel(layout, container);
  if (current === null) return;
  const directory = declaredDir(layout, container);
  removeOrders(directory);
  for (const name of readdirSync(directory).filter((entry) => isStoreName(entry) && entry !== current)) {
    rmSync(`${directory}/${name}`, { recursive: true, force: true });
  }
}
