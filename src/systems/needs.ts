/** What a toplevel wants of the packages below it. */
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Problem, StowageError } from "../error.ts";
import { nearNames } from "./debian/near-names.ts";
import type { ToplevelRecipe } from "./recipe.ts";

/** @throws StowageError `not-in-packages` for all that is missing */
export function requireNeeded({ name, needs }: ToplevelRecipe, packages: string): void {
  const missing = Object.entries(needs).filter(([path]) => !isThere(join(packages, path)));
  if (missing.length > 0)
    throw new StowageError(missing.map(([path, option]) => problem(name, path, option, packages)));
}

/** A link counts: where it leads to is seen inside, an alternative in /etc for instance. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function problem(name: string, path: string, option: string, packages: string): Problem {
  const found = kindOf(path);
  const near = found === null ? [] : nearNames(found.name, namesBelow(join(packages, found.directory)));
  return {
    code: "not-in-packages",
    message: `the packages of container ${name} have no ${found?.what ?? `/${path}`}, which ${option} wants`,
    ...(near.length > 0 && { details: [`there is: ${near.join(", ")}`] }),
    ...(found !== null && { hint: found.hint }),
    option: ["containers", name, "config", ...option.split(".")],
  };
}

function kindOf(path: string) {
  const [, zone] = /^usr\/share\/zoneinfo\/(.+)$/.exec(path) ?? [];
  if (zone !== undefined) {
    const hint = "names of before, such as US/Pacific, are in the package tzdata-legacy since Debian 13";
    return { what: `time zone ${zone}`, name: zone, directory: "usr/share/zoneinfo", hint };
  }
  const [, locale] = /^usr\/lib\/locale\/(.+)$/.exec(path) ?? [];
  if (locale === undefined) return null;
  const hint = "`locale -a` inside lists the locales that there are";
  return { what: `locale ${locale}`, name: locale, directory: "usr/lib/locale", hint };
}

/** Files, and directories without further ones: those of locales. */
function namesBelow(directory: string, prefix = ""): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const name = `${prefix}${entry.name}`;
    return entry.isDirectory() ? [name, ...namesBelow(join(directory, entry.name), `${name}/`)] : [name];
  });
}
