/** What of the store is in use: by generations that are kept, by containers on disk, by whatever runs. */
import { existsSync, readdirSync } from "node:fs";
import type { Generation } from "../compile/generation.ts";
import type { Layout } from "../store/layout.ts";
import { mountedStoreNames } from "../store/mounted.ts";
import { isStoreName } from "../store/names.ts";
import { type Recipe, recipeName } from "../systems/recipe.ts";

/** @param kept the generations that stay */
export function rootsOf(layout: Layout, kept: readonly Generation[]): Set<string> {
  return new Set([
    ...kept.flatMap(({ systems }) => [...Object.keys(systems), ...Object.values(systems).flatMap(layersBelow)]),
    ...onDisk(layout),
    ...mountedStoreNames(),
  ]);
}

/** The trees that a tree was built on: they share its files, so they cost next to nothing, and spare a build. */
function layersBelow(recipe: Recipe): string[] {
  if (recipe.kind !== "debian") return [];
  const { layers } = recipe;
  return layers.slice(1).map((_, index) => recipeName({ ...recipe, layers: layers.slice(0, index + 1) }));
}

/** What containers have a copy of, or were brought to: that of one that is no longer declared, too. */
function onDisk(layout: Layout): string[] {
  const containers = `${layout.state}/containers`;
  return entries(containers).flatMap((name) =>
    ["declared", "applied"].flatMap((part) => entries(`${containers}/${name}/${part}`)).filter(isStoreName),
  );
}

const entries = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);
