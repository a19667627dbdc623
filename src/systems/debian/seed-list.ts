/**
 * What a seed holds, as a text inside the tree: later packages' `activate` compares it with what it finds in a root
 * that was made from this seed. A line is kind (`f`, `l`, `d`), tab, SHA-256 or link target, tab, path.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAll } from "../../store/make-all.ts";

/** Writes the list for the container's eyes in /usr, and as the memory of a root that is seeded now. */
export function writeSeedList(directory: string): void {
  const seed = `${directory}/seed`;
  const text = listBelow(seed, "").join("");
  makeAll(`${seed}/var/lib/stowage`, 0o755);
  writeFileSync(`${seed}/var/lib/stowage/seed.list`, text);
  // The layer below has one too, and the file may belong to both: a new one, not new text in the old.
  const place = `${directory}/usr/lib/stowage/seed.list`;
  rmSync(place, { force: true });
  writeFileSync(place, text, { flag: "wx" });
}

function listBelow(top: string, below: string): string[] {
  const entries = readdirSync(join(top, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    // The list is of lines and tabs. No package has such a name; a root would keep the file as if it were local.
    if (/[\t\n\\]/.test(path) || path === "var/lib/stowage") return [];
    if (entry.isSymbolicLink()) return [`l\t${readlinkSync(join(top, path))}\t${path}\n`];
    if (entry.isDirectory()) return [`d\t-\t${path}\n`, ...listBelow(top, path)];
    if (entry.isFile()) return [`f\t${sha256(join(top, path))}\t${path}\n`];
    return [];
  });
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
