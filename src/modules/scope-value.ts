/** The evaluated values of a scope as plain data. */
import { StowageError } from "../error.ts";
import { Failure } from "./cell.ts";
import { isGroup, type OptionGroup } from "./declared.ts";
import { problemOf } from "./problems.ts";
import type { Scope } from "./scope.ts";

export function scopeValue(scope: Scope): Readonly<Record<string, unknown>> {
  // Those too that nobody waits for: what they define may fit no option.
  for (const run of scope.runs) scope.pass.need(run);
  const value = groupValue(scope, scope.collected.tree);
  const freeform = scope.freeformCell?.value();
  if (freeform !== undefined && !(freeform instanceof Failure)) addUndeclared(freeform, value);
  return Object.freeze(value);
}

function groupValue(scope: Scope, group: OptionGroup): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, member] of group.members) {
    if (name === "_module") continue;
    put(made, name, isGroup(member) ? groupValue(scope, member) : scope.cell(member).value());
  }
  return made;
}

/** Sets an attribute; one without a value throws where it is read, and is not seen by loops and JSON. */
export function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (value instanceof Failure) {
    Object.defineProperty(object, name, { enumerable: false, get: () => fail(value) });
  } else if (name === "__proto__") Object.defineProperty(object, name, { enumerable: true, value });
  else object[name] = value;
}

function fail(failure: Failure): never {
  throw new StowageError(problemOf(failure));
}

/** Undeclared names beside the declared ones, in groups too. */
function addUndeclared(freeform: unknown, into: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(freeform as Record<string, unknown>)) {
    if (!Object.hasOwn(into, name)) put(into, name, value);
    else if (typeof value === "object" && value !== null) addUndeclared(value, into[name] as Record<string, unknown>);
  }
}
