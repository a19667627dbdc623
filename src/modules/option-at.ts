/** What may be written at a path of names: for programs that take definitions one by one, as a command line does. */
import { isGroup, type OptionGroup } from "./declared.ts";
import { collectedOf } from "./instance.ts";
import type { Module } from "./module.ts";
import type { OptionType } from "./option-type.ts";
import { isDocumented } from "./schema.ts";

export type AtPath =
  /** An option, or a part of one's value. */
  | { readonly is: "value"; readonly type: OptionType }
  /** Options stand below it. */
  | { readonly is: "group" }
  /** Nothing may be written there; `path[at]` is the first name that is wrong, and `known` are those that there are. */
  | { readonly is: "unknown"; readonly at: number; readonly known: readonly string[] };

export function optionAt(modules: readonly Module[], path: readonly string[]): AtPath {
  return inModules(modules, path, 0);
}

function inModules(modules: readonly Module[], path: readonly string[], at: number): AtPath {
  if (at === path.length) return { is: "group" };
  const { tree, freeform } = collectedOf({ modules, specialArgs: {} });
  const found = inGroup(tree, path, at);
  if (found.is !== "unknown" || found.at > at || freeform === undefined) return found;
  return below(freeform.option.type, path, at);
}

function inGroup({ members }: OptionGroup, path: readonly string[], at: number): AtPath {
  if (at === path.length) return { is: "group" };
  const member = members.get(path[at]!);
  if (member === undefined) {
    const shown = [...members].filter(([name, one]) => name !== "_module" && (isGroup(one) || isDocumented(one)));
    return { is: "unknown", at, known: shown.map(([name]) => name) };
  }
  return isGroup(member) ? inGroup(member, path, at + 1) : below(member.option.type, path, at + 1);
}

function below(type: OptionType, path: readonly string[], at: number): AtPath {
  if (at === path.length) return { is: "value", type };
  const { merging } = type;
  if (merging.by === "modules") return inModules(merging.modules, path, at);
  if (merging.by === "attributes") return below(merging.element, path, at + 1);
  if (merging.by === "elements" && /^\d+$/.test(path[at]!)) return below(merging.element, path, at + 1);
  if (merging.by !== "choice") return { is: "unknown", at, known: [] };
  // Without any it takes everything.
  if (merging.types.length === 0) return { is: "value", type };
  const all = merging.types.map((one) => below(one, path, at));
  const deepest = (a: AtPath, b: AtPath) => (b.is === "unknown" && a.is === "unknown" && b.at > a.at ? b : a);
  return all.find(({ is }) => is !== "unknown") ?? all.reduce(deepest);
}
