/** What a generation has of one container alone. */
import { ownedFiles } from "../../runtimes/nspawn/index.ts";
import { type Layout, madeFile } from "../../store/layout.ts";
import type { Recipe, StoreName } from "../../systems/recipe.ts";
import type { Unit } from "../../units/index.ts";
import type { ContainerPart, Generation, HostFile } from "../generation.ts";

export interface Owned {
  readonly part: ContainerPart;
  /** Its own unit, then its companions. */
  readonly units: readonly Unit[];
  readonly files: readonly (readonly [path: string, file: HostFile])[];
  /** Links to its units: target by link below the unit directory. */
  readonly links: Readonly<Record<string, string>>;
  /** Of its toplevel and all that this stands on. */
  readonly systems: Readonly<Record<StoreName, Recipe>>;
}

/** Null where the generation has no such container. */
export function ownedBy(layout: Layout, generation: Generation, name: string): Owned | null {
  const part = Object.hasOwn(generation.containers, name) ? generation.containers[name] : undefined;
  if (part === undefined) return null;
  const paths = Object.keys(generation.files);
  const names = [part.unit, ...part.companions];
  return {
    part,
    units: names.flatMap((unit) => generation.units[unit] ?? []),
    links: Object.fromEntries(
      Object.entries(generation.unitLinks).filter(([link]) => names.includes(link.slice(link.lastIndexOf("/") + 1))),
    ),
    files: [...ownedFiles(layout, part, paths), madeFile(layout, name)].flatMap((path) => {
      const file = generation.files[path];
      return file === undefined ? [] : [[path, file] as const];
    }),
    systems: systemsOf(part, generation.systems),
  };
}

/** Whether a container is the same in two generations; names of systems say what they are. */
export function isSame(a: Owned | null, b: Owned | null): boolean {
  const text = (one: Owned | null) =>
    one === null ? "" : JSON.stringify([one.part, one.units.map(({ name, sections }) => [name, sections]), one.files]);
  return text(a) === text(b);
}

function systemsOf(part: ContainerPart, all: Generation["systems"]): Record<StoreName, Recipe> {
  const found: Record<StoreName, Recipe> = {};
  const add = (name: StoreName | null): void => {
    const recipe = name === null ? undefined : all[name];
    if (name === null || recipe === undefined || Object.hasOwn(found, name)) return;
    found[name] = recipe;
    if (recipe.kind !== "toplevel") return;
    add(recipe.packages);
    for (const child of recipe.children) add(child.toplevel);
  };
  add(part.system);
  add(part.packages);
  return found;
}
