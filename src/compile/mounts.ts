/** A container's mount options as what the runtime mounts. */
import type { ContainerConfig, HostConfig } from "../options/index.ts";
import type { Bind, Tmpfs } from "../runtimes/nspawn/index.ts";
import { plainPath, plantableParts } from "./plantable.ts";

/** In the order of where they appear. */
export function bindsOf({ bindMounts }: ContainerConfig, config: HostConfig): Bind[] {
  return Object.entries(bindMounts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { mountPoint, hostPath, isReadOnly, idmap, create }]) => {
      const source = plainPath(hostPath ?? mountPoint);
      return {
        source,
        target: plainPath(mountPoint),
        readOnly: isReadOnly,
        idmap,
        create: create === null ? null : { mode: create.mode, owner: `${create.owner}` },
        plantable: plantableParts(source, config),
      };
    });
}

/**
 * `path` or `path:options`. As in systemd-nspawn(1), a colon of the path itself is written `\:`, and a backslash `\\`.
 * @returns null where the path is none
 */
export function tmpfsOf(text: string): Tmpfs | null {
  const [, escaped = "", options = ""] = /^((?:[^:\\]|\\[:\\])*)(?::(.*))?$/.exec(text) ?? [];
  const target = escaped.replace(/\\([:\\])/g, "$1");
  return target.startsWith("/") ? { target: plainPath(target), options } : null;
}

/** Parents before what is below them. The checks have seen to it that each is one. */
export function tmpfsMounts({ tmpfs }: ContainerConfig): Tmpfs[] {
  const mounts = tmpfs.flatMap((text) => tmpfsOf(text) ?? []);
  return mounts.sort((a, b) => (a.target < b.target ? -1 : 1));
}
