/** Looks up the users of the host that OCI containers are to run under. Facts: passwd(5), subuid(5), getent(1). */
import { existsSync, readFileSync } from "node:fs";
import type { HostUser, HostUsers } from "../compile/index.ts";
import { run } from "../host/run.ts";

/** A file for each user who lingers (loginctl(1)). */
const lingering = "/var/lib/systemd/linger";

/**
 * All that /etc/passwd has, so that a name that is nearly right can be told, and of the others those that are asked for.
 * @param names that must be looked up; with none nothing is read
 * @param etc for tests, as the next
 */
export async function hostUsers(names: readonly string[], etc = "/etc", linger = lingering): Promise<HostUsers> {
  if (names.length === 0) return new Map();
  const local = linesOf(`${etc}/passwd`);
  const missing = names.filter((name) => !local.some((line) => line.startsWith(`${name}:`)));
  const lines = missing.length === 0 ? local : [...local, ...(await elsewhere(missing))];
  const subIds = [linesOf(`${etc}/subuid`), linesOf(`${etc}/subgid`)];
  const isElsewhere = linesOf(`${etc}/nsswitch.conf`).some((line) => /^subid:(?!\s*files\s*$)/.test(line));
  return new Map(
    lines.flatMap((line): [string, HostUser][] => {
      const [name = "", , uid = "", , , home = ""] = line.split(":");
      if (!/^\d+$/.test(uid)) return [];
      const has = (lines: readonly string[]) =>
        lines.some((one) => one.startsWith(`${name}:`) || one.startsWith(`${uid}:`));
      const hasSubIds = isElsewhere || subIds.every(has);
      const lingers = existsSync(`${linger}/${name}`);
      return [[name, { uid: Number(uid), home, hasSubIds, ...(lingers && { lingers }) }]];
    }),
  );
}

/** Of a directory service; status 2: it does not have all of them. */
async function elsewhere(names: readonly string[]): Promise<string[]> {
  const { stdout } = await run(["getent", "passwd", "--", ...names], { accept: [0, 2], package: "libc-bin" });
  return stdout.split("\n");
}

/** None where there is no such file: subuid and nsswitch.conf need not be there. */
function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
