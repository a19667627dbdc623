/**
 * `fs.inotify.max_user_instances` counts per user for the whole machine, and 128, the kernel's default, is used up by
 * some 20 systemd containers. It is raised while lab hosts run and put back when the last one is gone.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labCache } from "./places.ts";

const sysctl = "/proc/sys/fs/inotify/max_user_instances";
const enough = 8192;
/** What the machine had before; outlives a process that was killed. */
const memo = (): string => join(labCache(), "inotify-before");

/** Call with the lock of the hosts' directory held. */
export function raiseInotify(): void {
  const now = Number(readFileSync(sysctl, "utf8"));
  if (now >= enough) return;
  writeFileSync(memo(), `${now}\n`);
  writeFileSync(sysctl, `${enough}`);
}

/** Call with the lock of the hosts' directory held, when no lab host is left. */
export function putBackInotify(): void {
  if (!existsSync(memo())) return;
  const before = Number(readFileSync(memo(), "utf8"));
  // Somebody else may have set it meanwhile: then it is theirs.
  if (Number(readFileSync(sysctl, "utf8")) === enough) writeFileSync(sysctl, `${before}`);
  rmSync(memo());
}
