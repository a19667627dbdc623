/**
 * `when: "services.shop.enable"` of a module: its `config` counts only where that option is on. It means the same as
 * `mkIf` around all of it, but can be judged without running it: what most containers leave alone costs them nothing.
 */
import type { Collected } from "./collect.ts";
import { isGroup } from "./declared.ts";
import { isWrapper } from "./definition.ts";
import { unknownValue } from "./probe.ts";
import { isPlainObject } from "./same.ts";
import type { Gate } from "./source.ts";

/** In a module's arguments: what `config` says at a path, without a view of each group on the way. */
export const configAt = Symbol("config at a path");

interface GateArguments {
  readonly [configAt]: (path: Gate) => unknown;
}

/** Computes the definitions of a module behind a gate; none where the option is off. */
export const gated =
  (gate: Gate, compute: (args: object) => unknown) =>
  (args: object): unknown =>
    isOff((args as GateArguments)[configAt](gate)) ? undefined : compute(args);

/** The unknown is on: then it is seen what the module may define. */
function isOff(value: unknown): boolean {
  if (value === unknownValue) return false;
  if (value === false || value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Whether the option is off where nobody defines it, and that can be known from its declaration alone. */
export function isOffByDefault(collected: Collected, gate: Gate): boolean {
  let group = collected.tree;
  for (const [index, name] of gate.entries()) {
    const member = group.members.get(name);
    if (member === undefined) return false;
    if (isGroup(member)) group = member;
    else {
      const { option, computedDefault } = member;
      const isPlain = !computedDefault && !option.apply && "default" in option && !isWrapper(option.default);
      return index === gate.length - 1 && isPlain && option.type.merging.by !== "modules" && isOff(option.default);
    }
  }
  return false;
}

/** Whether these definitions leave the option at its default; false where that would have to be looked into. */
export function leavesAlone(values: unknown, gate: Gate): boolean {
  let inner = values;
  for (const name of gate) {
    if (!isPlainObject(inner)) return inner === undefined;
    inner = inner[name];
  }
  return inner === undefined;
}
