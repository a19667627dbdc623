/** What a toplevel has of declared accounts: the list for `activate`, and in `root/` what a fresh root begins with. */
import { chmodSync, lchownSync, lstatSync, readFileSync, type Stats, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAll } from "../store/make-all.ts";
import {
  type AccountFiles,
  accountFiles,
  accountsList,
  freshAccounts,
  type ResolvedUser,
  resolveAccounts,
} from "./account-files.ts";
import { type Accounts, readAccounts } from "./accounts.ts";
import type { ToplevelRecipe } from "./recipe.ts";

/**
 * Writes nothing where nothing is declared. Homes come before `root/` takes modes from the seed, see {@link ownHomes}.
 * @param seed what new roots of the packages begin with
 * @returns the accounts of a fresh root
 * @throws StowageError for accounts that do not go together with those of the packages
 */
export function writeAccounts(directory: string, recipe: ToplevelRecipe, seed: string): Accounts {
  const { users, groups } = recipe.accounts;
  if (Object.keys(users).length + Object.keys(groups).length === 0) return readAccounts(seed);
  const packaged = readFiles(seed);
  const resolved = resolveAccounts(recipe.name, recipe.accounts, packaged);
  const list = accountsList(resolved);
  // It has hashes of passwords.
  for (const path of ["accounts.list", "root/var/lib/stowage/accounts"]) writeFor(join(directory, path), list, 0o600);
  const fresh = freshAccounts(resolved, packaged);
  for (const file of accountFiles) {
    const stat = statSync(`${seed}/etc/${file}`, { throwIfNoEntry: false });
    writeFor(`${directory}/root/etc/${file}`, fresh[file], (stat?.mode ?? 0o600) & 0o7777, stat);
  }
  for (const home of homesOf(resolved.users)) makeAll(`${directory}/root${home.path}`);
  return readAccounts(`${directory}/root`);
}

/** Gives homes below `root/` their owners and modes, also where the packages have a directory there. */
export function ownHomes(directory: string, recipe: ToplevelRecipe, seed: string): void {
  if (lstatSync(`${directory}/accounts.list`, { throwIfNoEntry: false }) === undefined) return;
  const { users } = resolveAccounts(recipe.name, recipe.accounts, readFiles(seed));
  for (const { path, uid, gid, mode } of homesOf(users)) {
    lchownSync(`${directory}/root${path}`, uid, gid);
    chmodSync(`${directory}/root${path}`, mode);
  }
}

function homesOf(users: readonly ResolvedUser[]) {
  return users.flatMap(({ fields, homeMode }) =>
    homeMode === null
      ? []
      : [
          {
            path: fields[5] as string,
            uid: Number(fields[2]),
            gid: Number(fields[3]),
            mode: Number.parseInt(homeMode, 8),
          },
        ],
  );
}

function readFiles(seed: string): AccountFiles {
  const read = (file: string) => {
    const path = `${seed}/etc/${file}`;
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : "";
  };
  return { passwd: read("passwd"), group: read("group"), shadow: read("shadow"), gshadow: read("gshadow") };
}

function writeFor(path: string, text: string, mode: number, owner?: Stats): void {
  writeFileSync(path, text, { flag: "wx", mode });
  if (owner !== undefined) lchownSync(path, owner.uid, owner.gid);
  chmodSync(path, mode);
}
