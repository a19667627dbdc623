/** What was found out by reading a source whole, remembered until something about it changes. */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../store/files.ts";
import type { Layout } from "../../store/layout.ts";
import { makeAll } from "../../store/make-all.ts";

/**
 * @param about what is looked for: beside the path, the name under which it is remembered
 * @param read finds it out, one line of text
 */
export async function remembered(
  layout: Layout,
  about: string,
  path: string,
  read: (id: string) => Promise<string>,
): Promise<string> {
  const print = fingerprint(path);
  const memory = `${layout.cache}/imports/${createHash("sha256").update(`${about} ${path}`).digest("hex")}`;
  const known = existsSync(memory) ? readFileSync(memory, "utf8").split("\n") : [];
  if (print !== null && known[0] === print && known[1]) return known[1];
  const found = await read(memory);
  // Changed while it was read: what was read is not remembered.
  if (print !== null && print === fingerprint(path)) remember(memory, `${print}\n${found}\n`);
  return found;
}

function remember(memory: string, text: string): void {
  try {
    makeAll(join(memory, ".."), 0o755);
    writeFileAtomic(memory, text);
  } catch (error) {
    // Only slower without: someone who may only look has no place for it.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** Changes with everything that a change of the content changes; null where there is nothing. */
function fingerprint(path: string): string | null {
  if (!existsSync(path)) return null;
  const hash = createHash("sha256");
  const add = (place: string): void => {
    const stat = lstatSync(place, { bigint: true });
    hash.update(`${place}\0${stat.dev} ${stat.ino} ${stat.mode} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}\n`);
    if (stat.isDirectory()) for (const name of readdirSync(place).sort()) add(`${place}/${name}`);
  };
  add(realpathSync(path));
  return hash.digest("hex");
}
