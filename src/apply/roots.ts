/** What of the store is in use: by generations that are kept, by containers on disk, by whatever runs. */
import { existsSync, readdirSync } from "node:fs";
import type { Generation } from "../compile/generation.ts";
import { containerDir, type Layout } from "../store/layout.ts";
import { mountedStoreNames } from "../store/mounted.ts";
import { isStoreName } from "../store/names.ts";
import { type Recipe, recipeName, upTo } from "../systems/recipe.ts";
import { containersOnDisk } from "./uninstall.ts";

/** @param kept the generations that stay */
export function rootsOf(layout: Layout, kept: readonly Generation[]): Set<string> {
  return new Set([
    ...kept.flatMap(({ systems }) => [...Object.keys(systems), ...Object.values(systems).flatMap(layersBelow)]),
    ...onDisk(layout),
    ...mountedStoreNames(),
  ]);
}

/** The trees that a tree was built on: they share its files, so they cost next to nothing, and spare a build. */
const layersBelow = (recipe: Recipe): string[] =>
  recipe.kind === "debian" ? recipe.layers.slice(1).map((_, below) => recipeName(upTo(recipe, below + 1))) : [];

/** What containers have a copy of, or were brought to: that of one that is no longer declared, too. */
function onDisk(layout: Layout): string[] {
  return containersOnDisk(layout).flatMap((name) =>
    ["declared", "applied"].flatMap((part) => entries(`${containerDir(layout, name)}/${part}`)).filter(isStoreName),
  );
}

const entries = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);
