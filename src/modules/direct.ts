/**
 * The short way for plain data. Most of a large configuration is one object literal with one definition for each
 * option: such a value is checked and completed with defaults here, without cells and scopes. Whatever is unusual, a
 * wrapper, an unknown name, a wrong type, sends it the long way, which also finds the words for what is wrong.
 */
import type { Cell } from "./cell.ts";
import type { Collected } from "./collect.ts";
import { type DeclaredOption, isGroup, type OptionGroup } from "./declared.ts";
import { copyOf, settleDefaults, templateOf } from "./defaults.ts";
import { isWrapper, orders, priorities } from "./definition.ts";
import { isOffByDefault, leavesAlone } from "./gate.ts";
import { collectedOf, type ModulesMerging } from "./instance.ts";
import { Conflict, type Definition, type OptionType } from "./option-type.ts";
import { needsScope, ownValues } from "./own-values.ts";
import { isSignal } from "./pass.ts";
import { unknownValue } from "./probe.ts";
import { isPlainObject } from "./same.ts";
import { isWholeModule } from "./source.ts";
import { unusual } from "./unusual.ts";

/**
 * Makes the value of one definition, or {@link unusual}.
 * @param name what a submodule at this place is called
 * @param near a cell of the same pass
 */
type Take = (value: unknown, name: string, near: Cell) => unknown;

/** Made once for each type; null where something below the type is computed from anything else. */
let takes = new WeakMap<OptionType, Take | null>();

/** The value of one plain definition, or {@link unusual}. For the parameters see {@link Take}. */
export function directValue(type: OptionType, value: unknown, name: string, near: Cell): unknown {
  const take = takeOf(type);
  if (take === null) return unusual;
  try {
    return take(value, name, near);
  } catch (error) {
    // A function of a type's own failed: the long way tells where.
    if (isSignal(error)) throw error;
    return unusual;
  }
}

function takeOf(type: OptionType): Take | null {
  const known = takes.get(type);
  if (known !== undefined) return known;
  // A type that contains itself has none: where it ends is for the long way to find out.
  takes.set(type, null);
  const take = makeTake(type);
  const checked: Take | null =
    take &&
    ((value, name, near) =>
      value === undefined || value === unknownValue || isWrapper(value) || !type.check(value)
        ? unusual
        : take(value, name, near));
  takes.set(type, checked);
  return checked;
}

/** For values that are plain and that the type's `check` takes. */
function makeTake({ merging }: OptionType): Take | null {
  switch (merging.by) {
    case "value": {
      if (merging.keeps) return (value) => value;
      return (value) => {
        const merged = merging.merge(alone(value));
        return merged instanceof Conflict ? unusual : merged;
      };
    }
    case "choice": {
      if (merging.types.length === 0 || !merging.types.every(takeOf)) return null;
      return (value, name, near) => {
        const choice = merging.choose(alone(value));
        if (choice instanceof Conflict) return unusual;
        if ("value" in choice) return choice.value;
        return takeOf(choice.type)?.(choice.definitions[0]!.value, name, near) ?? unusual;
      };
    }
    case "elements": {
      const element = takeOf(merging.element);
      return element && ((value, _name, near) => listOf(element, value as readonly unknown[], near));
    }
    case "attributes": {
      const element = takeOf(merging.element);
      return element && ((value, _name, near) => attributesOf(element, value as Values, near));
    }
    case "modules":
      return instanceTake(merging);
    case "functions":
      return null;
  }
}

const alone = (value: unknown): readonly Definition[] => [{ value, priority: priorities.plain, order: orders.plain }];

function listOf(element: Take, values: readonly unknown[], near: Cell): unknown {
  const made: unknown[] = [];
  for (const value of values) {
    const inner = element(value, String(made.length), near);
    if (inner === unusual) return unusual;
    made.push(inner);
  }
  return Object.freeze(made);
}

function attributesOf(element: Take, values: Values, near: Cell): unknown {
  const made: Record<string, unknown> = {};
  for (const name of Object.keys(values).sort()) {
    const inner = name === "__proto__" ? unusual : element(values[name], name, near);
    if (inner === unusual) return unusual;
    made[name] = inner;
  }
  return Object.freeze(made);
}

function instanceTake(merging: ModulesMerging): Take | null {
  const collected = collectedOf(merging);
  const { defining, former, freeform, perInstance, problems } = collected;
  const tells = former.length > 0 || problems.length > 0;
  if (freeform || perInstance || tells || needsScope(collected)) return null;
  const gates = defining.flatMap(({ when }) => (when ? [when] : []));
  if (!gates.every((gate) => isOffByDefault(collected, gate))) return null;
  const areShut = (values: unknown) => gates.every((gate) => leavesAlone(values, gate));
  // There the submodule around it, which has the name, is no scope.
  if (merging.sharesName && defining.length > gates.length) return null;
  const group = groupTake(collected.tree, collected);
  const isMore = (value: unknown) =>
    typeof value === "function" || (!merging.configOnly && isWholeModule(value, nothing));
  if (group === null) return null;
  if (defining.length === gates.length)
    return (value, _name, near) => (isMore(value) || !areShut(value) ? unusual : group(value, nothing, near));
  return (value, name, near) => {
    if (isMore(value) || !areShut(value)) return unusual;
    const own = ownValues(collected, { name, ...merging.specialArgs }, value as Values);
    // What was thought direct is looked at again.
    if (needsScope(collected)) takes = new WeakMap();
    return own === unusual || !areShut(own) ? unusual : group(value, own, near);
  };
}

type Values = Readonly<Record<string, unknown>>;
/** @param own what counts beside the values, of the submodule's own */
type TakeGroup = (value: unknown, own: Values, near: Cell) => unknown;

const nothing: Values = {};

function groupTake(group: OptionGroup, collected: Collected): TakeGroup | null {
  const members = new Map<string, Take>();
  for (const [name, member] of group.members) {
    if (name === "_module" || name === "__proto__") continue;
    const take = isGroup(member) ? innerTake(member, collected) : optionTake(member);
    if (take === null) return null;
    members.set(name, take);
  }
  let template: ReturnType<typeof templateOf> | undefined;
  return (value, own, near) => {
    if (!isPlainObject(value)) return unusual;
    if (template === undefined) {
      settleDefaults(collected, near.scope);
      template = templateOf(group);
    }
    const made = copyOf(template);
    if (!fill(made, members, value, near)) return unusual;
    if (own !== nothing && !fill(made, members, own, near)) return unusual;
    for (const name of template.open) {
      if (isGiven(value, name) || isGiven(own, name)) continue;
      const inner = isGroup(group.members.get(name)!) ? members.get(name)!({}, name, near) : unusual;
      if (inner === unusual) return unusual;
      made[name] = inner;
    }
    return Object.freeze(made);
  };
}

/** What every object has by inheritance is not given. */
const isGiven = (values: Values, name: string): boolean => Object.hasOwn(values, name) && values[name] !== undefined;

function innerTake(group: OptionGroup, collected: Collected): Take | null {
  const take = groupTake(group, collected);
  return take && ((value, _name, near) => take(value, nothing, near));
}

function optionTake({ option }: DeclaredOption): Take | null {
  const { type, readOnly, apply, default: fallback } = option;
  return readOnly || apply || isWrapper(fallback) ? null : takeOf(type);
}

/** False where it met something unusual. */
function fill(made: Record<string, unknown>, members: ReadonlyMap<string, Take>, values: Values, near: Cell): boolean {
  for (const name of Object.keys(values)) {
    const value = values[name];
    const take = members.get(name);
    if (take === undefined) return false;
    if (value === undefined) continue;
    const inner = take(value, name, near);
    if (inner === unusual) return false;
    made[name] = inner;
  }
  return true;
}
