/** What of the store is mounted somewhere: by a container that still runs with it, or by a build. Facts: proc_pid_mountinfo(5). */
import { readdirSync, readFileSync } from "node:fs";
import { storeNamesIn } from "./names.ts";

/** Every store name in a mount of any process: as the mounted directory, or as a layer of an overlay. */
export function mountedStoreNames(proc = "/proc"): Set<string> {
  const found = new Set<string>();
  for (const pid of readdirSync(proc).filter((entry) => /^\d+$/.test(entry))) {
    for (const name of storeNamesIn(mountsOf(`${proc}/${pid}/mountinfo`))) found.add(name);
  }
  return found;
}

/** Of a process that has ended meanwhile there are none. */
function mountsOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EINVAL"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
