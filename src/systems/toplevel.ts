/**
 * The toplevel of a container: what it declares itself, above a package tree that others may share. Small, and made
 * without starting any program, since there is one for each container and each change.
 */
import { chmodSync, lchownSync, lstatSync, lutimesSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { StowageError } from "../error.ts";
import { makeAll } from "../store/make-all.ts";
import { canonicalJson } from "../store/names.ts";
import { ownHomes, writeAccounts } from "./account-root.ts";
import type { Accounts } from "./accounts.ts";
import { activateProgram } from "./activate.ts";
import { runBuilderCommands } from "./builder-commands.ts";
import { writeChildren, writeLayout } from "./layout-files.ts";
import { requireNeeded } from "./needs.ts";
import { programText } from "./program-text.ts";
import type { EtcFile, StoreName, ToplevelRecipe } from "./recipe.ts";
import { takeOverProgram } from "./take-over.ts";

/** Where the container sees its toplevel. */
const declaredEtc = "/run/declared/current/etc";

/** Of every file, so that the same recipe gives the same bytes: one second after 1970 began, since some tools take 0 for "none". */
const timeStamp = 1;

/**
 * Fills `directory` with the toplevel of a recipe.
 * @param packages path of the package tree below it: accounts and directory modes of a fresh root are taken from its seed
 * @throws StowageError `bad-path` for a path that leads out of its directory or has control characters
 */
export function makeToplevel(directory: string, recipe: ToplevelRecipe, packages: string): void {
  requireNeeded(recipe, packages);
  const seed = `${packages}/seed`;
  // Nothing that is empty: there is one toplevel for each container, and a directory is a block of the disk.
  const hasAccounts = Object.values(recipe.accounts).some((all) => Object.keys(all).length > 0);
  for (const part of ["etc", "root/etc", ...(hasAccounts ? ["root/var/lib/stowage"] : [])]) {
    makeAll(join(directory, part), 0o755);
  }
  for (const [path, text] of Object.entries(recipe.units)) writeBelow(`${directory}/units`, path, text, 0o644);
  for (const [path, target] of Object.entries(recipe.unitLinks)) linkBelow(`${directory}/units`, path, target);
  for (const [name, text] of Object.entries(recipe.bin)) writeBelow(`${directory}/bin`, name, text, 0o755);
  writeEtc(directory, recipe.etc, writeAccounts(directory, recipe, seed));
  for (const [path, target] of Object.entries(recipe.etcLinks)) {
    linkBelow(`${directory}/etc`, path, target);
    linkBelow(`${directory}/root/etc`, path, `${declaredEtc}/${path}`);
  }
  writeBelow(directory, "activate", programText(activateProgram), 0o755);
  writeBelow(directory, "take-over", programText(takeOverProgram), 0o755);
  writeLayout(directory, recipe);
  // It has the text of every declared file, those too that only root may read inside.
  writeBelow(directory, "recipe.json", `${canonicalJson(recipe)}\n`, 0o600);
  symlinkSync(`../${recipe.packages}`, `${directory}/packages`);
  likeSeed(`${directory}/root`, seed);
  ownHomes(directory, recipe, seed);
  setTimes(directory);
}

/**
 * {@link makeToplevel} with what takes other store paths and programs: further systems, and commands of the configuration's.
 * @param packages path of the package tree
 * @param pathOf where another toplevel is, which was made before
 */
export async function buildToplevel(
  directory: string,
  recipe: ToplevelRecipe,
  packages: string,
  pathOf: (name: StoreName) => string,
): Promise<void> {
  makeToplevel(directory, recipe, packages);
  if (recipe.children.length === 0 && recipe.extraCommands === "") return;
  writeChildren(directory, recipe, pathOf);
  await runBuilderCommands(directory, packages, recipe.name, recipe.extraCommands);
  setTimes(directory);
}

function writeEtc(directory: string, etc: ToplevelRecipe["etc"], accounts: Accounts): void {
  const list: string[] = [];
  for (const [path, file] of Object.entries(etc).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (file.mode === "symlink") {
      writeBelow(`${directory}/etc`, path, contentOf(file), file.executable ? 0o755 : 0o644);
      linkBelow(`${directory}/root/etc`, path, `${declaredEtc}/${path}`);
    } else {
      list.push(copyLine(path, file));
      // Secrets do not belong here, but a file that asks for 0600 is not for every eye on the host either.
      writeBelow(`${directory}/copies`, path, contentOf(file), 0o600);
      writeBelow(`${directory}/root/etc`, path, contentOf(file), Number.parseInt(file.mode, 8));
      const uid = accounts.user(file.user);
      const gid = accounts.group(file.group);
      // An account that only exists once the container runs: root's until `activate` gives it away.
      if (uid !== null && gid !== null) lchownSync(`${directory}/root/etc/${path}`, uid, gid);
      chmodSync(`${directory}/root/etc/${path}`, Number.parseInt(file.mode, 8));
    }
  }
  const text = list.map((line) => `${line}\n`).join("");
  writeBelow(directory, "copies.list", text, 0o644);
  if (text !== "") writeBelow(`${directory}/root/var/lib/stowage`, "copies", text, 0o644);
}

const contentOf = ({ text, encoding }: EtcFile): string | Buffer =>
  encoding === undefined ? text : Buffer.from(text, encoding);

/** A line of `copies.list`; read by a shell's `read`, so only the last field may hold spaces, and not at its ends. */
function copyLine(path: string, file: EtcFile): string {
  const wrong =
    !/^[0-7]{3,4}$/.test(file.mode) || [file.user, file.group].some((name) => !/^[A-Za-z0-9_][\w.-]*\$?$/.test(name));
  if (wrong || path.trim() !== path || path.includes("\\")) {
    throw new StowageError({
      code: "bad-etc-file",
      message: `environment.etc.${JSON.stringify(path)} cannot be made`,
      details: [
        `mode ${JSON.stringify(file.mode)}, user ${JSON.stringify(file.user)}, group ${JSON.stringify(file.group)}`,
      ],
      hint: 'mode is "symlink" or octal like "0640"; user and group are account names or numbers',
    });
  }
  return `${file.mode} ${file.user} ${file.group} ${path}`;
}

function writeBelow(top: string, path: string, text: string | Buffer, mode: number): void {
  const place = below(top, path);
  writeFileSync(place, text, { flag: "wx", mode });
  chmodSync(place, mode);
}

function linkBelow(top: string, path: string, target: string): void {
  symlinkSync(target, below(top, path));
}

/** The place of a relative path below `top`, with the directories above it made. */
function below(top: string, path: string): string {
  const parts = path.split("/");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(path) || parts.some((part) => part === "" || part === "." || part === "..")) {
    throw new StowageError({
      code: "bad-path",
      message: `${JSON.stringify(path)} is not a path that can be declared`,
      details: ["a path is relative, without empty parts, `.`, `..` and control characters"],
    });
  }
  makeAll(dirname(join(top, path)), 0o755);
  return join(top, path);
}

/** Copying `root/` over a seed also sets modes and owners of directories that both have: so ours take the seed's. */
function likeSeed(directory: string, seed: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true }).filter((item) => item.isDirectory())) {
    const ours = join(directory, entry.name);
    const theirs = lstatSync(join(seed, entry.name), { throwIfNoEntry: false });
    if (theirs?.isDirectory()) {
      lchownSync(ours, theirs.uid, theirs.gid);
      chmodSync(ours, theirs.mode & 0o7777);
    } else if (theirs) {
      throw new StowageError({
        code: "bad-path",
        message: `${entry.name} is not a directory in the packages' own files, but something below it is declared`,
      });
    }
    likeSeed(ours, join(seed, entry.name));
  }
}

function setTimes(path: string): void {
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) setTimes(join(path, name));
  lutimesSync(path, timeStamp, timeStamp);
}
