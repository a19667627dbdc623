/** The evaluated values of a scope as plain data. */

import type { DeclaredOption, OptionGroup } from "./declared.ts";
import { copyOf, settleDefaults, templateOf } from "./defaults.ts";
import { Failure } from "./failure.ts";
import { put } from "./put.ts";
import type { Scope } from "./scope.ts";

export function scopeValue(scope: Scope): Readonly<Record<string, unknown>> {
  // Those too that nobody waits for: what they define may fit no option.
  for (const run of scope.runs) scope.pass.need(run);
  settleDefaults(scope.collected, scope);
  const template = templateOf(scope.collected.tree);
  const options = new Set<DeclaredOption>(template.openOptions);
  for (const run of scope.runs) for (const option of run.scattered.definitions.keys()) options.add(option);
  const value = completed(scope, copyOf(template), options);
  const freeform = scope.freeformCell?.value();
  if (freeform === undefined || freeform instanceof Failure) return value;
  return addUndeclared(freeform as Record<string, unknown>, value);
}

/** @param value the defaults: the values of some options are put in their place */
function completed(scope: Scope, value: Record<string, unknown>, options: Iterable<DeclaredOption>) {
  const own = new Set<object>([value]);
  for (const option of options) {
    const { path } = option;
    // Names that no option declares are added at the end; arguments of modules are no configuration.
    if (path.length === 0 || path[0] === "_module") continue;
    let [group, declared] = [value, scope.collected.tree];
    for (const name of path.slice(0, -1)) {
      declared = declared.members.get(name) as OptionGroup;
      group = ownGroup(group, name, declared, own);
    }
    put(group, path[path.length - 1]!, scope.optionCell(option).value());
  }
  for (const object of own) Object.freeze(object);
  return value;
}

/** A group of the defaults is shared, and copied where something in it is different. */
function ownGroup(
  outer: Record<string, unknown>,
  name: string,
  declared: OptionGroup,
  own: Set<object>,
): Record<string, unknown> {
  const inner = outer[name] as Record<string, unknown>;
  if (own.has(inner)) return inner;
  const copy = copyOf(templateOf(declared));
  own.add(copy);
  outer[name] = copy;
  return copy;
}

/** Undeclared names beside the declared ones, in groups too. */
function addUndeclared(freeform: Record<string, unknown>, declared: Record<string, unknown>): Record<string, unknown> {
  const made = Object.create(null, Object.getOwnPropertyDescriptors(declared));
  Object.setPrototypeOf(made, Object.prototype);
  const all: Record<string, unknown> = {};
  for (const name of [...new Set([...Object.getOwnPropertyNames(made), ...Object.keys(freeform)])].sort()) {
    const descriptor = Object.getOwnPropertyDescriptor(made, name);
    const inner = Object.hasOwn(freeform, name) ? freeform[name] : undefined;
    if (!descriptor) put(all, name, inner);
    else if (inner === undefined || descriptor.get) Object.defineProperty(all, name, descriptor);
    else all[name] = addUndeclared(inner as Record<string, unknown>, descriptor.value as Record<string, unknown>);
  }
  return Object.freeze(all);
}
