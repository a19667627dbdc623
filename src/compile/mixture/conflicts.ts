/** What keeps one container from being as it was while all else is as it is. */
import type { Problem } from "../../error.ts";
import type { AcrossContainers } from "../across.ts";
import { checkAcross } from "../checks/index.ts";
import type { Generation } from "../generation.ts";
import { foreignWriting, plantableParts } from "../plantable.ts";
import { Problems } from "../problems.ts";
import { neededUnits } from "./brought.ts";
import type { Owned } from "./owned.ts";

export interface Mixed {
  readonly now: AcrossContainers;
  readonly former: AcrossContainers;
  readonly mixed: AcrossContainers;
  /** The container that is as in the former one. */
  readonly name: string;
}

/** By the checks of every configuration: what they find in the mixture, and not in what is there already. */
export function conflicts({ now, former, mixed, name }: Mixed): Problem[] {
  const known = new Set(problemsOf(now).map(({ message }) => message));
  return [
    ...problemsOf(mixed).filter(({ message }) => !known.has(message)),
    ...unguarded({ now, former, mixed, name }),
  ];
}

function problemsOf(config: AcrossContainers): readonly Problem[] {
  const problems = new Problems(() => []);
  checkAcross(config, problems);
  return problems.all();
}

/**
 * Where a container may write, another one's bind mounts may begin: that one's unit looks for links that were planted
 * there. A unit that was made without knowing of the writer does not look.
 */
function unguarded({ now, former, mixed, name }: Mixed): Problem[] {
  const containers = Object.keys(mixed.containers);
  const lacks = containers.some((one) => {
    const before = one === name ? former : now;
    return Object.values(mixed.containers[one]?.bindMounts ?? {}).some(({ mountPoint, hostPath }) => {
      const guarded = plantableParts(hostPath ?? mountPoint, before);
      return plantableParts(hostPath ?? mountPoint, mixed).some((path) => !guarded.includes(path));
    });
  });
  if (!lacks) return [];
  return containers.flatMap((writer) => {
    const known = foreignWriting(writer, writer === name ? former : now);
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
  own: Owned,
  others: readonly Owned[],
  { now, former }: { readonly now: Generation; readonly former: Generation },
): Problem[] {
  const ownNames = own.units.map(({ name }) => name);
  const before = new Set(ownedUnits(own.part.name, now));
  const isThere = (unit: string) => Object.hasOwn(now.units, unit) && !before.has(unit);
  const containers = new Set(Object.keys(former.containers).flatMap((name) => ownedUnits(name, former)));
  const needed = own.part.kind === "oci" ? own.units.flatMap(neededUnits) : [];
  const missing = [...new Set(needed)].filter(
    (unit) => containers.has(unit) && !ownNames.includes(unit) && !isThere(unit),
  );
  const taken = others.flatMap(({ part, units }) =>
    units.filter(({ name }) => ownNames.includes(name)).map(({ name }) => ({ unit: name, by: part.name })),
  );
  return [
    ...missing.map((unit) => ({ code: "missing-unit", message: `it needs ${unit}, which is no longer declared` })),
    ...taken.map(({ unit, by }) => ({
      code: "unit-clash",
      message: `its service was ${unit}, which is container ${by}'s now`,
    })),
  ];
}

function ownedUnits(name: string, { containers }: Generation): readonly string[] {
  const part = containers[name];
  return part === undefined ? [] : [part.unit, ...part.companions];
}
