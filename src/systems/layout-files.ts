/** What a toplevel has beside what it declares: the names by which people and programs know a system, as NixOS has them. */
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shownParts } from "../store/declared.ts";
import { makeAll } from "../store/make-all.ts";
import { orderText } from "../store/order.ts";
import type { StoreName, ToplevelRecipe } from "./recipe.ts";

/** Raised when `switch-to-configuration` or the init of a system is to be called in another way. */
const interfaceVersion = "stowage 1";

/**
 * Links lead where they do inside the container: `init` is what is started as PID 1, `sw` the packages.
 * @param directory has `take-over`
 */
export function writeLayout(directory: string, recipe: ToplevelRecipe): void {
  const text = (name: string, content: string) => writeFileSync(join(directory, name), content, { mode: 0o644 });
  symlinkSync("/usr", `${directory}/sw`);
  symlinkSync("/usr/lib/systemd/systemd", `${directory}/init`);
  makeAll(`${directory}/bin`, 0o755);
  symlinkSync("../take-over", `${directory}/bin/switch-to-configuration`);
  text("configuration-name", recipe.configurationName);
  text("init-interface-version", interfaceVersion);
  text("system-version", `${recipe.version}, state version ${recipe.stateVersion}\n`);
  if (recipe.configuration !== null) text("configuration.ts", recipe.configuration);
}

/**
 * `fine-tune/child-1` and so on, each a whole system beside the orders that lead to it and back; `specialisation/NAME` leads
 * to the same. Copies: a container is shown no other store path.
 * @param pathOf where a child was built
 */
export function writeChildren(
  directory: string,
  { children }: ToplevelRecipe,
  pathOf: (name: StoreName) => string,
): void {
  if (children.length === 0) return;
  for (const part of ["fine-tune", "specialisation"]) mkdirSync(`${directory}/${part}`, { mode: 0o755 });
  for (const [at, { name, toplevel, refuse, to, back }] of children.entries()) {
    const child = `child-${at + 1}`;
    const place = `${directory}/fine-tune/${child}`;
    const from = pathOf(toplevel);
    mkdirSync(place, { mode: 0o755 });
    for (const part of shownParts(from)) {
      cpSync(join(from, part), join(place, part), { recursive: true, verbatimSymlinks: true });
    }
    // Laid over its parent it still has the way to the others.
    for (const part of ["fine-tune", "specialisation"])
      symlinkSync(`/run/stowage/declared/${part}`, `${place}/${part}`);
    writeFileSync(`${place}.order`, orderText({ from: toplevel, lines: to, refuse }), { mode: 0o644 });
    writeFileSync(`${place}.back`, orderText({ from: toplevel, lines: back, refuse: null }), { mode: 0o644 });
    if (name !== null) symlinkSync(`../fine-tune/${child}`, `${directory}/specialisation/${name}`);
  }
}

/** Where a path of the same build is, or was built before. */
export const besideOr = (directory: string, name: StoreName, before: string): string => {
  const beside = join(directory, "..", name);
  return existsSync(beside) ? beside : before;
};
