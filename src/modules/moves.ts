/**
 * Options under another name. A definition of the old name counts for the new one, with the priority and order that it
 * has; whoever writes an old name is told the new one, with the place.
 */
import { Merge, mkOverride } from "./definition.ts";
import type { ModuleFunction, ModuleObject, OptionView } from "./module.ts";
import { mkOption, type Option } from "./option.ts";
import type { OptionType } from "./option-type.ts";
import { unknownValue } from "./probe.ts";
import { showPath } from "./show.ts";
import { unspecified } from "./types/compound.ts";

type Path = readonly string[];

/** Takes any definitions; nobody reads their value, so it may be none. */
const anyDefinitions: OptionType = { ...unspecified, name: "alias", empty: { value: null } };

/** The old name works, and using it is a warning that names the new one. */
export function mkRenamedOptionModule(from: Path, to: Path): ModuleFunction {
  return forwarding(from, to, { deprecated: `is now called ${showPath(to)}` });
}

/** Two names for one option, both good. */
export function mkAliasOptionModule(from: Path, to: Path): ModuleFunction {
  return forwarding(from, to, {});
}

/** Each definition of the old option, mapped by `change`, is a definition of the new one. */
export function mkChangedOptionModule(from: Path, to: Path, change: (value: never) => unknown): ModuleObject {
  const deprecated = `is replaced by ${showPath(to)}, which is written differently`;
  const option = mkOption({ type: anyDefinitions, deprecated, visible: false });
  return {
    options: nest(from, option),
    config: ({ options }: { readonly options: unknown }) => {
      const { forwarded } = viewAt(options, from);
      return nest(to, forwarded instanceof Merge ? forwarded.map((value) => change(value as never)) : unknownValue);
    },
  };
}

/**
 * Several old options became one. `merge` is given their values in the order of `from`, undefined where there is no
 * definition, and is asked only if one of them has one.
 */
export function mkMergedOptionModule(
  from: readonly Path[],
  to: Path,
  merge: (...values: never[]) => unknown,
): ModuleObject {
  const deprecated = `is now part of ${showPath(to)}`;
  const declared = from.map((path) => nest(path, mkOption({ type: anyDefinitions, deprecated, visible: false })));
  return {
    options: declared.reduce(joined, {}),
    config: ({ options }: { readonly options: unknown }) => {
      const views = from.map((path) => viewAt(options, path));
      const defined = views.filter((view) => view.isDefined);
      if (defined.length === 0) return nest(to, new Merge([]));
      const values = views.map((view) => (view.isDefined ? view.value : undefined)) as never[];
      return nest(to, mkOverride(Math.min(...defined.map((view) => view.highestPrio)), merge(...values)));
    },
  };
}

/** Defining the option is an error that says what to do instead. */
export function mkRemovedOptionModule(path: Path, instead: string): ModuleObject {
  return { options: nest(path, mkOption({ type: anyDefinitions, removed: instead, visible: false })) };
}

function forwarding(from: Path, to: Path, marks: { readonly deprecated?: string }): ModuleFunction {
  return ({ config, options }) => {
    const option: Option = mkOption({
      type: anyDefinitions,
      visible: false,
      description: `Alias of ${showPath(to)}.`,
      ...marks,
      // Whoever reads the old name gets the value of the new one.
      apply: () => to.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], config),
    });
    return { options: nest(from, option), config: nest(to, viewAt(options, from).forwarded) };
  };
}

function viewAt(options: unknown, path: Path): OptionView {
  return path.reduce<unknown>((view, name) => (view as Record<string, unknown>)[name], options) as OptionView;
}

const nest = (path: Path, value: unknown): object =>
  path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;

function joined(a: object, b: object): object {
  const made: Record<string, unknown> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const other = made[name];
    made[name] = typeof other === "object" && other !== null ? joined(other, value as object) : value;
  }
  return made;
}
