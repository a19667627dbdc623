/**
 * The short way for plain data. Most of a large configuration is one object literal with one definition for each
 * option: such a value is checked and completed with defaults here, without cells and scopes. Whatever is unusual, a
 * wrapper, an unknown name, a wrong type, sends it the long way, which also finds the words for what is wrong.
 */
import type { Cell } from "./cell.ts";
import { isGroup, type OptionGroup } from "./declared.ts";
import { settleDefaults, templateOf } from "./defaults.ts";
import { isWrapper, orders, priorities } from "./definition.ts";
import { collectedOf } from "./instance.ts";
import { Conflict, type Definition, type OptionType } from "./option-type.ts";
import { isSignal } from "./pass.ts";
import { unknownValue } from "./probe.ts";
import { isPlainObject } from "./same.ts";
import { unusual } from "./unusual.ts";

const direct = new WeakMap<OptionType, boolean>();

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
      const { defining, former, freeform, perInstance, problems, tree } = collectedOf(merging);
      const tells = former.length > 0 || problems.length > 0;
      return defining.length === 0 && !freeform && !perInstance && !tells && hasDirectOptions(tree);
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

/** The value of one plain definition, or {@link unusual}. @param near a cell of the same pass */
export function directValue(type: OptionType, value: unknown, near: Cell): unknown {
  if (!isDirect(type)) return unusual;
  try {
    return mergedValue(type, value, near);
  } catch (error) {
    // A function of a type's own failed: the long way tells where.
    if (isSignal(error)) throw error;
    return unusual;
  }
}

function mergedValue(type: OptionType, value: unknown, near: Cell): unknown {
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
      return "value" in choice ? choice.value : mergedValue(choice.type, choice.definitions[0]!.value, near);
    }
    case "elements":
      return listOf(merging.element, value as readonly unknown[], near);
    case "attributes":
      return attributesOf(merging.element, value as Record<string, unknown>, near);
    case "modules": {
      if (typeof value === "function") return unusual;
      const { tree } = collectedOf(merging);
      settleDefaults(collectedOf(merging), near.scope);
      return groupOf(tree, value as Record<string, unknown>, near);
    }
    case "functions":
      return unusual;
  }
}

const alone = (value: unknown): readonly Definition[] => [{ value, priority: priorities.plain, order: orders.plain }];

function listOf(element: OptionType, values: readonly unknown[], near: Cell): unknown {
  const made: unknown[] = [];
  for (const value of values) {
    const inner = mergedValue(element, value, near);
    if (inner === unusual) return unusual;
    made.push(inner);
  }
  return Object.freeze(made);
}

function attributesOf(element: OptionType, values: Record<string, unknown>, near: Cell): unknown {
  const made: Record<string, unknown> = {};
  for (const name of Object.keys(values).sort()) {
    const inner = name === "__proto__" ? unusual : mergedValue(element, values[name], near);
    if (inner === unusual) return unusual;
    made[name] = inner;
  }
  return Object.freeze(made);
}

function groupOf(group: OptionGroup, values: Record<string, unknown>, near: Cell): unknown {
  const { object, open } = templateOf(group);
  const made: Record<string, unknown> = { ...object };
  for (const name of Object.keys(values)) {
    const member = group.members.get(name);
    const value = values[name];
    if (member === undefined || name === "_module" || name === "__proto__") return unusual;
    if (value === undefined) continue;
    const inner = isGroup(member) ? innerGroup(member, value, near) : mergedValue(member.option.type, value, near);
    if (inner === unusual) return unusual;
    made[name] = inner;
  }
  for (const name of open) {
    if (values[name] !== undefined) continue;
    const member = group.members.get(name)!;
    const inner = isGroup(member) ? groupOf(member, {}, near) : unusual;
    if (inner === unusual) return unusual;
    made[name] = inner;
  }
  return Object.freeze(made);
}

function innerGroup(group: OptionGroup, value: unknown, near: Cell): unknown {
  return isPlainObject(value) ? groupOf(group, value, near) : unusual;
}
