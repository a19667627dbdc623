/** The evaluated values of a scope as plain data. */
import { StowageError } from "../error.ts";
import { ElementCell, Failure } from "./cell.ts";
import type { Collected } from "./collect.ts";
import { allOptions, type DeclaredOption, isGroup, type OptionGroup } from "./declared.ts";
import type { OptionType } from "./option-type.ts";
import { problemOf } from "./problems.ts";
import type { Scope } from "./scope.ts";

export function scopeValue(scope: Scope): Readonly<Record<string, unknown>> {
  // Those too that nobody waits for: what they define may fit no option.
  for (const run of scope.runs) scope.pass.need(run);
  settleDefaults(scope);
  const defined = new Set<DeclaredOption>();
  for (const run of scope.runs) for (const option of run.scattered.definitions.keys()) defined.add(option);
  const value = groupValue(scope, scope.collected.tree, defined);
  const freeform = scope.freeformCell?.value();
  if (freeform === undefined || freeform instanceof Failure) return value;
  return addUndeclared(freeform as Record<string, unknown>, value);
}

function groupValue(scope: Scope, group: OptionGroup, defined: ReadonlySet<DeclaredOption>): Record<string, unknown> {
  const made = { ...templateOf(group) };
  for (const [name, member] of group.members) {
    if (name === "_module") continue;
    if (isGroup(member)) made[name] = groupValue(scope, member, defined);
    else if (member.settledDefault === undefined || defined.has(member)) {
      put(made, name, scope.optionCell(member).value());
    }
  }
  return Object.freeze(made);
}

/** Sets an attribute; one without a value throws where it is read, and is not seen by loops and JSON. */
export function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (value instanceof Failure) {
    Object.defineProperty(object, name, { enumerable: false, configurable: true, get: () => fail(value) });
  } else if (name === "__proto__") Object.defineProperty(object, name, { enumerable: true, value });
  else object[name] = value;
}

function fail(failure: Failure): never {
  throw new StowageError(problemOf(failure));
}

/** Undeclared names beside the declared ones, in groups too. */
function addUndeclared(freeform: Record<string, unknown>, declared: Record<string, unknown>): Record<string, unknown> {
  const made = Object.create(null, Object.getOwnPropertyDescriptors(declared));
  Object.setPrototypeOf(made, Object.prototype);
  const all: Record<string, unknown> = {};
  for (const name of [...new Set([...Object.getOwnPropertyNames(made), ...Object.keys(freeform)])].sort()) {
    const descriptor = Object.getOwnPropertyDescriptor(made, name);
    const inner = freeform[name];
    if (!descriptor) put(all, name, inner);
    else if (inner === undefined || descriptor.get) Object.defineProperty(all, name, descriptor);
    else all[name] = addUndeclared(inner as Record<string, unknown>, descriptor.value as Record<string, unknown>);
  }
  return Object.freeze(all);
}

const settled = new WeakSet<Collected>();

/** Most options of most instances of a submodule have their defaults: these are merged once, for all instances. */
function settleDefaults(scope: Scope): void {
  const { collected } = scope;
  if (settled.has(collected)) return;
  settled.add(collected);
  for (const declared of allOptions(collected.tree)) {
    const { option, computedDefault } = declared;
    if (!("default" in option) || computedDefault || !isShareable(option.type, option.default)) continue;
    const cell = scope.optionCell(declared);
    const trial = new ElementCell(cell, "default", option.type, cell.defaultDefinitions());
    const failures = scope.pass.failures.length;
    const value = trial.value();
    // Told where it is used.
    scope.pass.failures.length = failures;
    if (!(value instanceof Failure)) {
      declared.settledDefault = { value: option.apply ? option.apply(value) : value };
    }
  }
}

/** A submodule has values of its own in each instance: its name, for one. */
function isShareable(type: OptionType, value: unknown): boolean {
  const isEmpty = value === null || (typeof value === "object" && Object.keys(value).length === 0);
  return isEmpty ? type.merging.by !== "modules" : !holdsModules(type);
}

function holdsModules({ merging }: OptionType): boolean {
  switch (merging.by) {
    case "modules":
      return true;
    case "attributes":
    case "elements":
      return holdsModules(merging.element);
    case "choice":
      return merging.types.some(holdsModules);
    default:
      return false;
  }
}

const templates = new WeakMap<OptionGroup, Record<string, unknown>>();

/**
 * The group's object with all defaults in place. Copied for each instance: an object of known keys is much cheaper to
 * copy than to build key by key (V8 copies its hidden class).
 */
function templateOf(group: OptionGroup): Record<string, unknown> {
  let template = templates.get(group);
  if (!template) {
    const names = [...group.members.keys()].filter((name) => name !== "_module");
    template = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join(",")}}`) as Record<
      string,
      unknown
    >;
    for (const name of names) {
      const member = group.members.get(name)!;
      template[name] = isGroup(member) ? undefined : member.settledDefault?.value;
    }
    templates.set(group, template);
  }
  return template;
}
