/** How the system that a container should have differs from the one that it runs with. */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import type { ToplevelRecipe } from "../systems/recipe.ts";
import type { SystemChange } from "./decide.ts";
import type { Former } from "./former.ts";
import { type InnerChanges, innerChanges } from "./inner.ts";
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
  const [one, other] = [recipeOf(from, pending?.recipe ?? null, former, next), next.systems[after.system]];
  if (from === null || one === null || other?.kind !== "toplevel")
    return { change: "other", because: "nobody knows what it runs with", takeOver: null };
  const refuse = one.packages === after.packages ? null : "its packages changed";
  const retried = from === after.system ? "units inside are not as they should be" : declared;
  return {
    change: refuse === null ? "declared" : "other",
    because: refuse ?? retried,
    takeOver: { from, refuse, ...(refuse === null ? innerChanges(one, other) : none) },
  };
}

function recipeOf(name: string | null, observed: ToplevelRecipe | null, former: Former, next: Generation) {
  const known = [...former.generations, next].map((one) => one.systems[name ?? ""]).find((one) => one !== undefined);
  return known?.kind === "toplevel" ? known : observed;
}

/** Between two generations: of a container that does not run, or whose system is not a toplevel that is shown to it. */
export function declaredDifference(before: ContainerPart, after: ContainerPart): SystemDifference {
  const because = systemChange(before, after);
  // An ephemeral container's unit names its toplevel, one without any has nothing to swap: a restart is enough.
  const isInUnit = because === null || after.system === null || after.ephemeral;
  const isDeclared = because === declared && after.ephemeral;
  const anew = isDeclared ? `${because}; an ephemeral container gets that by a restart` : because;
  return { change: isInUnit ? "same" : "other", because: anew, takeOver: null };
}

function systemChange(before: ContainerPart, after: ContainerPart): string | null {
  if (before.path !== after.path || (before.system === null) !== (after.system === null)) return "its system changed";
  if (before.packages !== after.packages) return "its packages changed";
  return before.system === after.system ? null : declared;
}
