/** What a container has written, removed; and nothing of what others have mounted into it. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { StowageError } from "../error.ts";
import { parseMounts } from "../host/mounts.ts";
import { run } from "../host/run.ts";
import { containerDir, type Layout } from "../store/layout.ts";
import { gcRootsOf, profilesOf } from "../store/nix-places.ts";
import { removeStates } from "./uninstall.ts";

/**
 * Mount points at and below a directory, in the order in which they can be taken away: what was mounted last goes first.
 * @param mountinfo proc_pid_mountinfo(5)
 */
export function mountsIn(directory: string, mountinfo: string): string[] {
  return parseMounts(mountinfo)
    .map(({ point }) => point)
    .filter((point) => point === directory || point.startsWith(`${directory}/`))
    .reverse();
}

/**
 * Root and all that is beside it. What is mounted there is unmounted before, and so is spared; no other file system is
 * entered, and what was made immutable goes, too.
 * @returns what was unmounted
 * @throws StowageError `foreign-mount` where something cannot be unmounted: then nothing is removed
 */
export async function removeState(layout: Layout, name: string): Promise<string[]> {
  const directory = containerDir(layout, name);
  const unmounted = await unmountIn(directory);
  const left = mountsIn(directory, mountinfo());
  if (left.length > 0) throw stillMounted(name, left);
  if (existsSync(directory)) await removeStates(layout, [name]);
  return unmounted;
}

/** What Nix keeps for a container whose system it builds, and the note of what that was built from. */
export async function removeProfile(layout: Layout, name: string): Promise<void> {
  rmSync(`${layout.state}/flakes/${name}`, { force: true });
  for (const path of [profilesOf(name), gcRootsOf(name)].filter((one) => existsSync(one))) {
    await run(["rm", "-rf", "--one-file-system", "--", path], { package: "coreutils" });
  }
}

const mountinfo = (): string => readFileSync("/proc/self/mountinfo", "utf8");

async function unmountIn(directory: string): Promise<string[]> {
  const points = mountsIn(directory, mountinfo());
  for (const point of points) {
    const { status } = await run(["umount", "--", point], { accept: "any", package: "mount" });
    // Somebody is in it. It goes out of our way all the same, and for good once nobody is.
    if (status !== 0) await run(["umount", "--lazy", "--", point], { accept: "any", package: "mount" });
  }
  return points;
}

const stillMounted = (name: string, points: readonly string[]): StowageError =>
  new StowageError({
    code: "foreign-mount",
    message: `something is mounted below the root of container ${name}, and cannot be unmounted`,
    details: points,
    hint: "unmount it (umount), and run it again; what the container has written is all there",
  });
