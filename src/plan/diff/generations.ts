/** How two generations differ: container by container, and in what belongs to none alone. */
import type { ContainerPart, Generation, HostFile } from "../../compile/generation.ts";
import { type Owned, ownedBy } from "../../compile/mixture/owned.ts";
import type { Layout } from "../../store/layout.ts";
import type { Recipe, ToplevelRecipe } from "../../systems/recipe.ts";
import type { Unit } from "../../units/index.ts";
import { packageDifferences } from "../packages.ts";
import {
  both,
  type ContainerDifference,
  changeOf,
  type Difference,
  type FileDifference,
  isSameValue,
  type SharedDifference,
  valueDifferences,
} from "./difference.ts";
import { insideDifference, toplevelOf } from "./inside.ts";
import { settingDifferences } from "./settings.ts";
import { unitDifferences } from "./units.ts";

/** @param layout where the files of both are */
export function difference(layout: Layout, before: Generation, after: Generation): Difference {
  const [from, to] = [new Side(layout, before), new Side(layout, after)];
  const containers = both(from.containers, to.containers).flatMap(([name, old, now]) => {
    const change = containerDifference(layout, from, to, name, old, now);
    return isNothing(change) ? [] : [[name, change] as const];
  });
  return { containers: Object.fromEntries(containers), shared: sharedDifference(from, to) };
}

export const isEqual = ({ containers, shared }: Difference): boolean =>
  Object.keys(containers).length === 0 && Object.values(shared).every((list) => list.length === 0);

/** A generation with everything sorted by whose it is. */
class Side {
  readonly generation: Generation;
  readonly containers: Readonly<Record<string, Owned>>;
  readonly #units: Set<string>;
  readonly #files: Set<string>;

  constructor(layout: Layout, generation: Generation) {
    this.generation = generation;
    const all = Object.keys(generation.containers).map((name) => [name, ownedBy(layout, generation, name)] as const);
    this.containers = Object.fromEntries(all.flatMap(([name, owned]) => (owned === null ? [] : [[name, owned]])));
    const owned = Object.values(this.containers);
    this.#units = new Set(owned.flatMap(({ units }) => units.map((unit) => unit.name)));
    this.#files = new Set(owned.flatMap(({ files }) => files.map(([path]) => path)));
  }

  /** Links to a container's own units. */
  linksOf(owned: Owned | undefined): Record<string, string> {
    const units = new Set((owned?.units ?? []).map((unit) => unit.name));
    return pick(this.generation.unitLinks, (link) => units.has(unitOf(link)));
  }

  shared(): { units: Record<string, Unit>; links: Record<string, string>; files: Record<string, HostFile> } {
    const { units, unitLinks, files } = this.generation;
    return {
      units: pick(units, (name) => !this.#units.has(name)),
      links: pick(unitLinks, (link) => !this.#units.has(unitOf(link))),
      files: pick(files, (path) => !this.#files.has(path)),
    };
  }
}

const unitOf = (link: string): string => link.slice(link.lastIndexOf("/") + 1);

const pick = <T>(record: Readonly<Record<string, T>>, is: (name: string) => boolean): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => is(name)));

function containerDifference(
  layout: Layout,
  from: Side,
  to: Side,
  name: string,
  before: Owned | undefined,
  after: Owned | undefined,
): ContainerDifference {
  const [old, now] = [before?.part, after?.part];
  const [oldSystem, newSystem] = [systemOf(from, old), systemOf(to, now)];
  const parameters = `${layout.etc}/containers/${name}.json`;
  const textIn = (owned: Owned | undefined) => owned?.files.find(([path]) => path === parameters)?.[1].text ?? null;
  const packages = packageDifferences(oldSystem.packages, newSystem.packages);
  const source = valueDifferences(sourceOf(oldSystem), sourceOf(newSystem));
  const inside = insideDifference(oldSystem.top, newSystem.top);
  // Made anew of the same packages: by another builder, or in other layers.
  const isRemade =
    before && after && old?.packages !== now?.packages && packages.length + source.length === 0 ? ["packages"] : [];
  return {
    change: changeOf(before, after),
    settings: [
      ...settingDifferences(textIn(before), textIn(after)),
      ...valueDifferences(trustOf(old), trustOf(now)),
      ...source,
    ],
    packages,
    units: unitDifferences(unitsOf(before), unitsOf(after)),
    links: valueDifferences(from.linksOf(before), to.linksOf(after)),
    files: fileDifferences(filesOf(before, parameters), filesOf(after, parameters)),
    inside: { ...inside, others: [...inside.others, ...isRemade] },
  };
}

interface System {
  readonly top: ToplevelRecipe | null;
  readonly packages: Recipe | undefined;
}

const systemOf = ({ generation: { systems } }: Side, part: ContainerPart | undefined): System => ({
  top: toplevelOf(systems, part?.system ?? null),
  packages: part?.packages ? systems[part.packages] : undefined,
});

/** Where its packages come from; of what is imported whole also what that was. */
const sourceOf = ({ top, packages }: System): Record<string, string> => ({
  ...(top?.version && { "system.source": top.version }),
  ...(packages?.kind === "import" && { "system.source.digest": packages.digest }),
});

const trustOf = (part: ContainerPart | undefined): Record<string, unknown> =>
  part === undefined || part.trustedBecause.length === 0 ? {} : { trustedBecause: part.trustedBecause };

const unitsOf = (owned: Owned | undefined): Record<string, Unit> =>
  Object.fromEntries((owned?.units ?? []).map((unit) => [unit.name, unit]));

/** Without its parameters: they are compared by what they say. */
const filesOf = (owned: Owned | undefined, parameters: string): Record<string, HostFile> =>
  Object.fromEntries((owned?.files ?? []).filter(([path]) => path !== parameters));

/** A definition of a container that was made by hand is for root alone: a person may have written a password there. */
const isReadable = (file: HostFile | undefined): boolean =>
  file === undefined || (Number.parseInt(file.mode, 8) & 0o004) !== 0;

function fileDifferences(
  before: Readonly<Record<string, HostFile>>,
  after: Readonly<Record<string, HostFile>>,
): FileDifference[] {
  return both(before, after).flatMap(([path, from, to]) => {
    if (isSameValue(from, to)) return [];
    const what = from === undefined || to === undefined ? [] : valueDifferences({ ...from }, { ...to });
    const isText = from?.text !== to?.text && [from, to].every(isReadable);
    return [
      {
        path,
        change: changeOf(from, to),
        what: what.map(({ name }) => name),
        ...(isText && { texts: { from: from?.text ?? null, to: to?.text ?? null } }),
      },
    ];
  });
}

function sharedDifference(from: Side, to: Side): SharedDifference {
  const [before, after] = [from.shared(), to.shared()];
  return {
    units: unitDifferences(before.units, after.units),
    links: valueDifferences(before.links, after.links),
    files: fileDifferences(before.files, after.files),
    hosts: hostsDifferences(from.generation, to.generation),
  };
}

function hostsDifferences(before: Generation, after: Generation): SharedDifference["hosts"] {
  const linesOf = ({ hosts }: Generation) => hosts.map(({ address, names }) => `${address} ${names.join(" ")}`);
  const [from, to] = [linesOf(before), linesOf(after)];
  return [
    ...from.filter((line) => !to.includes(line)).map((line) => ({ line, change: "removed" as const })),
    ...to.filter((line) => !from.includes(line)).map((line) => ({ line, change: "added" as const })),
  ];
}

function isNothing({ change, inside, ...lists }: ContainerDifference): boolean {
  return change === "changed" && [...Object.values(lists), ...Object.values(inside)].every((list) => list.length === 0);
}
