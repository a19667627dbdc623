/** What keeps containers of one generation from being among those of another. */
import type { Problem } from "../../error.ts";
import type { AcrossContainers } from "../across.ts";
import { checkAcross } from "../checks/index.ts";
import type { Generation } from "../generation.ts";
import { foreignWriting, plantableParts } from "../plantable.ts";
import { type PlacesOf, Problems } from "../problems.ts";
import { neededUnits } from "./brought.ts";
import type { Combination, Guest } from "./combine.ts";
import type { Owned } from "./owned.ts";

export interface Conflict extends Problem {
  /** The container that is taken from another generation, where it is about that alone. */
  readonly name?: string;
}

export interface Mixed {
  readonly now: AcrossContainers;
  /** By the name of each container that is taken from another generation: that one. */
  readonly taken: ReadonlyMap<string, AcrossContainers>;
  readonly mixed: AcrossContainers;
  readonly places: PlacesOf;
}

/** By the checks of every configuration: what they find in the mixture, and not in what is there already. */
export function conflicts(of: Mixed): Conflict[] {
  const known = new Set(problemsOf(of.now).map(({ message }) => message));
  return [...problemsOf(of.mixed, of.places).filter(({ message }) => !known.has(message)), ...unguarded(of)];
}

function problemsOf(config: AcrossContainers, places: PlacesOf = () => []): readonly Problem[] {
  const problems = new Problems(places);
  checkAcross(config, problems);
  return problems.all();
}

/**
 * Where a container may write, another one's bind mounts may begin: that one's unit looks for links that were planted
 * there. A unit that was made without knowing of the writer does not look.
 */
function unguarded({ now, taken, mixed }: Mixed): Conflict[] {
  const containers = Object.keys(mixed.containers);
  const lacks = containers.some((one) => {
    const before = taken.get(one) ?? now;
    return Object.values(mixed.containers[one]?.bindMounts ?? {}).some(({ mountPoint, hostPath }) => {
      const guarded = plantableParts(hostPath ?? mountPoint, before);
      return plantableParts(hostPath ?? mountPoint, mixed).some((path) => !guarded.includes(path));
    });
  });
  if (!lacks) return [];
  return containers.flatMap((writer) => {
    const known = foreignWriting(writer, taken.get(writer) ?? now);
    const reasons = foreignWriting(writer, mixed).filter((reason) => !known.includes(reason));
    return reasons.map((reason) => ({
      code: "unguarded-source",
      message: `of container ${writer}: ${reason}`,
      details: ["a unit that was made without knowing that would not see a link in the place of what is bound"],
    }));
  });
}

/**
 * Units of an OCI container go by the names of those of the containers that it needs, of either kind. Also its own may have
 * become another's. What is no container's comes back with it.
 */
export function unitConflicts(
  { own, from }: Guest,
  {
    owned,
    guests,
    now,
    gone,
  }: Omit<Combination, "without"> & {
    /** Of containers that stay as they are. */
    readonly owned: readonly Owned[];
    readonly gone: ReadonlySet<string>;
  },
): Conflict[] {
  const { name } = own.part;
  const ownNames = own.units.map((unit) => unit.name);
  const others = [...owned, ...guests.map((one) => one.own).filter((one) => one !== own)];
  const before = new Set([...gone].flatMap((one) => ownedUnits(one, now)));
  const isThere = (unit: string) =>
    (Object.hasOwn(now.units, unit) && !before.has(unit)) ||
    others.some(({ units }) => units.some((one) => one.name === unit));
  const containers = new Set(Object.keys(from.containers).flatMap((one) => ownedUnits(one, from)));
  const needed = own.part.kind === "oci" ? own.units.flatMap(neededUnits) : [];
  const missing = [...new Set(needed)].filter(
    (unit) => containers.has(unit) && !ownNames.includes(unit) && !isThere(unit),
  );
  const taken = others.flatMap(({ part, units }) =>
    units.filter((unit) => ownNames.includes(unit.name)).map((unit) => ({ unit: unit.name, by: part.name })),
  );
  return [
    ...missing.map((unit) => ({
      name,
      code: "missing-unit",
      message: `it needs ${unit}, which is no longer declared`,
    })),
    ...taken.map(({ unit, by }) => ({
      name,
      code: "unit-clash",
      message: `its service was ${unit}, which is container ${by}'s now`,
    })),
  ];
}

function ownedUnits(name: string, { containers }: Generation): readonly string[] {
  const part = containers[name];
  return part === undefined ? [] : [part.unit, ...part.companions];
}
