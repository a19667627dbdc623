/** What is mounted where, and what of it cannot be id-mapped. Facts: proc_pid_mountinfo(5), mount_setattr(2). */
import { readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { canMap } from "./id-maps.ts";

export interface Mount {
  readonly point: string;
  /** Of file system: `ext4`, `nfs4`, `fuse.sshfs`. */
  readonly type: string;
}

/** In the order in which they were mounted: of two at one place the later one is seen. */
export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [own = "", source = ""] = line.split(" - ");
    const point = own.split(" ")[4];
    const type = source.split(" ")[0];
    if (point === undefined || type === undefined || type === "") return [];
    return [
      { point: point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))), type },
    ];
  });
}

/** The mount that a path is on. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    const holds = mount.point === "/" || path === mount.point || path.startsWith(`${mount.point}/`);
    if (holds && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  }
  return found;
}

/**
 * Of these paths, those that cannot be id-mapped, with the mount that is in the way: the one that the path is on, where
 * its kind cannot be, or one below the path, since systemd-nspawn maps no tree of mounts ("Device or resource busy").
 */
export function unmappable(paths: readonly string[]): Record<string, Mount> {
  if (paths.length === 0) return {};
  const mounts = parseMounts(readFileSync("/proc/self/mountinfo", "utf8"));
  const release = readFileSync("/proc/sys/kernel/osrelease", "utf8");
  return Object.fromEntries(
    paths.flatMap((path) => {
      const mount = inTheWay(mounts, resolved(path), release);
      return mount === undefined ? [] : [[path, mount]];
    }),
  );
}

export function inTheWay(mounts: readonly Mount[], path: string, release: string): Mount | undefined {
  const mount = mountOf(mounts, path);
  if (mount !== undefined && !canMap(mount.type, release)) return mount;
  return mounts.find(({ point }) => point.startsWith(path === "/" ? "/" : `${path}/`) && point !== path);
}

/** Without links; of what is not there yet, the directory that it will be in. */
function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === "/" ? path : resolved(dirname(path));
  }
}
