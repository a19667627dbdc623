/** Numbers of accounts, as a tree's own files give them: the host's accounts are others. */
import { existsSync, readFileSync } from "node:fs";

export interface Accounts {
  /** The uid of a user name or of a number; null for a name that the tree does not have. */
  user(name: string): number | null;
  group(name: string): number | null;
}

/** Reads `etc/passwd` and `etc/group` below a root or a seed. Facts: passwd(5), group(5). */
export function readAccounts(root: string): Accounts {
  const users = parseIds(readIfThere(`${root}/etc/passwd`));
  const groups = parseIds(readIfThere(`${root}/etc/group`));
  const look = (ids: ReadonlyMap<string, number>, name: string) =>
    /^\d+$/.test(name) ? Number(name) : (ids.get(name) ?? (name === "root" ? 0 : null));
  return { user: (name) => look(users, name), group: (name) => look(groups, name) };
}

/** Name and number stand first and third in both files. */
export function parseIds(text: string): Map<string, number> {
  const ids = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [name, , id] = line.split(":");
    if (name && id !== undefined && /^\d+$/.test(id)) ids.set(name, Number(id));
  }
  return ids;
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
