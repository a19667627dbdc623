/**
 * The short way for plain data. Most of a large configuration is one object literal with one definition for each
 * option: such a value is checked and completed with defaults here, without cells and scopes. Whatever is unusual, a
 * wrapper, an unknown name, a wrong type, sends it the long way, which also finds the words for what is wrong.
 */
import type { Cell } from "./cell.ts";
import { type DeclaredOption, isGroup, type OptionGroup } from "./declared.ts";
import { settleDefaults, templateOf } from "./defaults.ts";
import { isWrapper, orders, priorities } from "./definition.ts";
import { collectedOf, type ModulesMerging } from "./instance.ts";
import { Conflict, type Definition, type OptionType } from "./option-type.ts";
import { needsScope, ownValues } from "./own-values.ts";
import { isSignal } from "./pass.ts";
import { unknownValue } from "./probe.ts";
import { isPlainObject } from "./same.ts";
import { unusual } from "./unusual.ts";

let direct = new WeakMap<OptionType, boolean>();

/** Whether nothing below the type is computed from anything else. */
function isDirect(type: OptionType): boolean {
  const known = direct.get(type);
  if (known !== undefined) return known;
  // A type that contains itself is not: where it ends is for the long way to find out.
  direct.set(type, false);
  const answer = looksDirect(type);
  direct.set(type, answer);
  return answer;
}

function looksDirect({ merging }: OptionType): boolean {
  switch (merging.by) {
    case "value":
      return true;
    case "attributes":
    case "elements":
      return isDirect(merging.element);
    case "choice":
      return merging.types.length > 0 && merging.types.every(isDirect);
    case "functions":
      return false;
    case "modules": {
      if (!merging.configOnly) return false;
      const collected = collectedOf(merging);
      const { former, freeform, perInstance, problems, tree } = collected;
      const tells = former.length > 0 || problems.length > 0;
      return !freeform && !perInstance && !tells && !needsScope(collected) && hasDirectOptions(tree);
    }
  }
}

const hasDirectOptions = (group: OptionGroup): boolean =>
  [...group.members].every(([name, member]) => {
    if (name === "_module") return true;
    if (isGroup(member)) return hasDirectOptions(member);
    const { type, readOnly, apply, default: fallback } = member.option;
    return isDirect(type) && !readOnly && !apply && !isWrapper(fallback);
  });

/**
 * The value of one plain definition, or {@link unusual}.
 * @param name what a submodule at this place is called
 * @param near a cell of the same pass
 */
export function directValue(type: OptionType, value: unknown, name: string, near: Cell): unknown {
  if (!isDirect(type)) return unusual;
  try {
    return mergedValue(type, value, name, near);
  } catch (error) {
    // A function of a type's own failed: the long way tells where.
    if (isSignal(error)) throw error;
    return unusual;
  }
}

function mergedValue(type: OptionType, value: unknown, name: string, near: Cell): unknown {
  if (value === unknownValue || value === undefined || isWrapper(value) || !type.check(value)) return unusual;
  const { merging } = type;
  switch (merging.by) {
    case "value": {
      const merged = merging.merge(alone(value));
      return merged instanceof Conflict ? unusual : merged;
    }
    case "choice": {
      const choice = merging.choose(alone(value));
      if (choice instanceof Conflict) return unusual;
      if ("value" in choice) return choice.value;
      return mergedValue(choice.type, choice.definitions[0]!.value, name, near);
    }
    case "elements":
      return listOf(merging.element, value as readonly unknown[], near);
    case "attributes":
      return attributesOf(merging.element, value as Record<string, unknown>, near);
    case "modules":
      return instanceOf(merging, value, name, near);
    case "functions":
      return unusual;
  }
}

const alone = (value: unknown): readonly Definition[] => [{ value, priority: priorities.plain, order: orders.plain }];

function listOf(element: OptionType, values: readonly unknown[], near: Cell): unknown {
  const made: unknown[] = [];
  for (const value of values) {
    const inner = mergedValue(element, value, String(made.length), near);
    if (inner === unusual) return unusual;
    made.push(inner);
  }
  return Object.freeze(made);
}

function attributesOf(element: OptionType, values: Record<string, unknown>, near: Cell): unknown {
  const made: Record<string, unknown> = {};
  for (const name of Object.keys(values).sort()) {
    const inner = name === "__proto__" ? unusual : mergedValue(element, values[name], name, near);
    if (inner === unusual) return unusual;
    made[name] = inner;
  }
  return Object.freeze(made);
}

function instanceOf(merging: ModulesMerging, value: unknown, name: string, near: Cell): unknown {
  if (typeof value === "function") return unusual;
  const given = value as Record<string, unknown>;
  const collected = collectedOf(merging);
  settleDefaults(collected, near.scope);
  if (collected.defining.length === 0) return groupOf(collected.tree, given, {}, near);
  const own = ownValues(collected, { name, ...merging.specialArgs }, given);
  // What was thought direct is looked at again.
  if (needsScope(collected)) direct = new WeakMap();
  return own === unusual ? unusual : groupOf(collected.tree, given, own, near);
}

type Values = Readonly<Record<string, unknown>>;

/** @param own what counts beside the values, of the submodule's own */
function groupOf(group: OptionGroup, values: Values, own: Values, near: Cell): unknown {
  const { object, open } = templateOf(group);
  const made: Record<string, unknown> = { ...object };
  if (!fill(made, group, values, near) || !fill(made, group, own, near)) return unusual;
  for (const name of open) {
    if (values[name] !== undefined || own[name] !== undefined) continue;
    const member = group.members.get(name)!;
    const inner = isGroup(member) ? groupOf(member, {}, {}, near) : unusual;
    if (inner === unusual) return unusual;
    made[name] = inner;
  }
  return Object.freeze(made);
}

/** False where it met something unusual. */
function fill(made: Record<string, unknown>, group: OptionGroup, values: Values, near: Cell): boolean {
  for (const name of Object.keys(values)) {
    const member = group.members.get(name);
    const value = values[name];
    if (member === undefined || name === "_module" || name === "__proto__") return false;
    if (value === undefined) continue;
    const inner = isGroup(member) ? innerGroup(member, value, near) : optionValue(member, name, value, near);
    if (inner === unusual) return false;
    made[name] = inner;
  }
  return true;
}

const optionValue = ({ option }: DeclaredOption, name: string, value: unknown, near: Cell): unknown =>
  mergedValue(option.type, value, name, near);

function innerGroup(group: OptionGroup, value: unknown, near: Cell): unknown {
  return isPlainObject(value) ? groupOf(group, value, {}, near) : unusual;
}
