/** Where a container's things are. See docs/design/on-disk-format.md. */
import { containerDir, type Layout, runtimeRoot, storePath } from "../../store/layout.ts";
import type { SystemContainer } from "./container.ts";

/**
 * A file: its absolute path and its text. Not a record: an object whose keys are paths is unlike all others, and V8 takes
 * long for such.
 */
export type FileText = readonly [path: string, text: string];

/** The directory that becomes `/` of the container. */
export function rootDir(layout: Layout, container: SystemContainer): string {
  const parent = container.ephemeral ? runtimeRoot(layout, container.name) : containerDir(layout, container.name);
  return `${parent}/root`;
}

/** The container's own copy of its toplevel, as `current` below it. An isolated ephemeral one needs none. */
export function declaredDir(layout: Layout, container: SystemContainer): string {
  const parent = container.ephemeral ? runtimeRoot(layout, container.name) : containerDir(layout, container.name);
  return `${parent}/declared`;
}

/** The tree whose `usr` the container has: a package tree, or what the user gave. */
export function treeDir(layout: Layout, container: SystemContainer): string {
  return container.system.kind === "path" ? container.system.path : storePath(layout, container.system.packages);
}

/**
 * An empty directory, the upper layer of a read-only overlay that has none. Below a RuntimeDirectory= of the unit's own:
 * beside it systemd-nspawn makes the overlay's work directory, and leaves that behind when it is killed.
 * @param unit that starts systemd-nspawn
 */
export const emptyDir = (layout: Layout, unit: string): string => `${emptyParent(layout, unit)}/upper`;
const emptyParent = (layout: Layout, unit: string): string => `${layout.run}/empty/${unit}`;

/** For RuntimeDirectory=: parents first, since each is made as it is listed. @param listed else the unit makes it itself */
export const emptyDirs = (layout: Layout, unit: string, listed = true): string[] =>
  [emptyParent(layout, unit), ...(listed ? [emptyDir(layout, unit)] : [])].map(belowRun);

/** RuntimeDirectory= is said below /run. Stopping removes it, also after a crash. */
export function belowRun(path: string): string {
  if (!path.startsWith("/run/")) throw new Error(`not below /run: ${path}`);
  return path.slice("/run/".length);
}

/** Files for ip, nft and systemd-sysctl; `<container>.<part>`, which tells the planner whose they are. */
export const networkFile = (layout: Layout, file: string): string => `${layout.etc}/network/${file}`;
export const nftablesFile = (layout: Layout): string => `${layout.etc}/nftables.nft`;
export const nftablesDownFile = (layout: Layout): string => `${layout.etc}/nftables-down.nft`;
export const sysctlFile = "/etc/sysctl.d/60-stowage.conf";

/** Top directories of a root that systemd-nspawn enters by path, before anything of the container runs. */
export const rootDirs = ["usr", "etc", "var", "dev", "run", "proc", "sys", "tmp"] as const;
