/** How the system that a container should have differs from the one that it runs with. */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import type { Recipe } from "../systems/recipe.ts";
import type { SystemChange } from "./decide.ts";
import type { Former } from "./former.ts";
import { type InnerChanges, innerChanges } from "./inner.ts";
import { packagesReason } from "./packages.ts";
import type { ObservedContainer, TakeOver } from "./plan.ts";

export interface SystemDifference {
  readonly change: SystemChange;
  /** For people, or null where nothing differs. */
  readonly because: string | null;
  /** How to take it over in place; null where it does not run with a toplevel of ours. */
  readonly takeOver: TakeOver | null;
}

const declared = "what it declares changed";

const none: InnerChanges = { units: [], etc: [] };

/** What is on disk says what a running container runs with: more exactly than generations, of which one may be half done. */
export function runningDifference(
  after: ContainerPart,
  found: ObservedContainer | undefined,
  former: Former,
  next: Generation,
): SystemDifference | null {
  if (after.system === null || after.ephemeral || found === undefined || found.declared === null) return null;
  const { pending } = found;
  const from = pending === undefined ? found.declared : pending.from;
  if (from === after.system && pending === undefined) return { change: "same", because: null, takeOver: null };
  const known = knownRecipe(from, former, next);
  const [one, other] = [known ?? pending?.recipe, next.systems[after.system]];
  if (from === null || one?.kind !== "toplevel" || other?.kind !== "toplevel")
    return { change: "other", because: "nobody knows what it runs with", takeOver: null };
  const refuse = packagesDifference(one.packages, after.packages, former, next);
  const retried = from === after.system ? "units inside are not as they should be" : declared;
  return {
    change: refuse === null ? "declared" : "other",
    because: refuse ?? retried,
    takeOver: {
      from,
      refuse,
      ...(one.children.length > 0 && { hasChildren: true }),
      ...(refuse === null ? innerChanges(one, other) : none),
    },
  };
}

/** By the name that it has in any generation at hand. */
function knownRecipe(name: string | null, former: Former, next: Generation): Recipe | undefined {
  return [...former.generations, next].map((one) => one.systems[name ?? ""]).find((one) => one !== undefined);
}

/** null where they are the same tree. */
function packagesDifference(
  before: string | null,
  after: string | null,
  former: Former,
  next: Generation,
): string | null {
  if (before === after) return null;
  return packagesReason(knownRecipe(before, former, next), knownRecipe(after, former, next));
}

/** Between two generations: of a container that does not run, or whose system is not a toplevel that is shown to it. */
export function declaredDifference(
  before: ContainerPart,
  after: ContainerPart,
  former: Former,
  next: Generation,
): SystemDifference {
  const because = systemChange(before, after, former, next);
  // An ephemeral container's unit names its toplevel, one without any has nothing to swap: a restart is enough.
  const isInUnit = because === null || after.system === null || after.ephemeral;
  const isDeclared = because === declared && after.ephemeral;
  const anew = isDeclared ? `${because}; an ephemeral container gets that by a restart` : because;
  return { change: isInUnit ? "same" : "other", because: anew, takeOver: null };
}

function systemChange(before: ContainerPart, after: ContainerPart, former: Former, next: Generation): string | null {
  if (before.path !== after.path || (before.system === null) !== (after.system === null)) return "its system changed";
  const packages = packagesDifference(before.packages, after.packages, former, next);
  return packages ?? (before.system === after.system ? null : declared);
}
