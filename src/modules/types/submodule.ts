/** Submodules: an evaluation of its own as the value of an option. */
import type { ConfigFrom, DefsFrom, Wrapped } from "../infer.ts";
import type { Module, ModuleHeader, SubmoduleArgs } from "../module.ts";
import type { Options } from "../option.ts";
import type { OptionType } from "../option-type.ts";
import { isPlainObject } from "../same.ts";
import { schemaOfModules } from "../schema.ts";
import { scalar } from "./scalar.ts";

/** A definition of a submodule: an object, or a function of `{ name, config, … }` that returns one. */
export type SubmoduleDef<O> = DefsFrom<O> | ((args: SubmoduleArgs<ConfigFrom<O>>) => Wrapped<DefsFrom<O>>);

/** Options of its own with, if wanted, definitions computed from them. */
export interface SubmoduleSpec<O extends Options> {
  readonly options: O;
  readonly config?: DefsFrom<O> | ((args: SubmoduleArgs<ConfigFrom<O>>) => Wrapped<DefsFrom<O>>);
  readonly imports?: readonly unknown[];
  /** The type of names that no option declares. */
  readonly freeformType?: OptionType;
  /** For messages and documentation: "the configuration of a container's own system". */
  readonly description?: string;
}

export interface SubmoduleWithSpec {
  readonly modules: readonly Module[];
  /** True: definitions are values of the options only. False (default): they are whole modules, with `imports` and `options`. */
  readonly shorthandOnlyDefinesConfig?: boolean;
  readonly specialArgs?: Readonly<Record<string, unknown>>;
  /** The option beside it whose attributes are further arguments of the definitions, in `imports` too. */
  readonly specialArgsFrom?: string;
  /** `name` is that of the submodule that it stands in, not of the option. */
  readonly sharesName?: boolean;
  readonly description?: string;
}

/** A definition of {@link moduleOf}. What the functions get beside the usual is for the configuration to know. */
export type ModuleDef<O> =
  | (DefsFrom<O> & ModuleHeader)
  | WholeModule<O>
  | ((
      args: SubmoduleArgs<ConfigFrom<O>> & Readonly<Record<string, unknown>>,
    ) => Wrapped<DefsFrom<O> & ModuleHeader> | WholeModule<O>);

type WholeModule<O> = ModuleHeader & {
  readonly options?: Options;
  readonly config: SubmoduleDef<O>;
};

interface SubmoduleType extends OptionType {
  readonly spec: SubmoduleWithSpec;
}

/**
 * An object with declared options, evaluated by the rules of the host itself. `name` is its attribute. For a function
 * or a list of modules see {@link submoduleWith}: with a second signature here, a mistake in an object would be told as
 * "no overload matches", at the wrong place.
 */
export function submodule<const O extends Options>(
  module: SubmoduleSpec<O>,
): OptionType<ConfigFrom<O>, SubmoduleDef<O>> {
  return submoduleWith({
    modules: Array.isArray(module) ? module : [module],
    // So that an option of a submodule may be called `config`, as `containers.<name>.config` is.
    shorthandOnlyDefinesConfig: true,
    ...(typeof module.description === "string" && { description: module.description }),
  });
}

/** {@link submodule} whose definitions are whole modules: with `imports`, and options of their own. */
export function moduleOf<const O extends Options>(
  module: SubmoduleSpec<O> & Pick<SubmoduleWithSpec, "specialArgsFrom" | "sharesName">,
): OptionType<ConfigFrom<O>, ModuleDef<O>> {
  const { specialArgsFrom, sharesName, description, ...own } = module;
  return submoduleWith({
    modules: [own],
    ...(specialArgsFrom !== undefined && { specialArgsFrom }),
    ...(sharesName !== undefined && { sharesName }),
    ...(description !== undefined && { description }),
  });
}

export function submoduleWith(
  spec: SubmoduleWithSpec,
  // biome-ignore lint/suspicious/noExplicitAny: unknown options
): OptionType<any, any> {
  const type: SubmoduleType = {
    name: "submodule",
    description: spec.description ?? "submodule",
    spec,
    check: (value) => isPlainObject(value) || typeof value === "function",
    merging: {
      by: "modules",
      modules: spec.modules,
      specialArgs: spec.specialArgs ?? {},
      configOnly: spec.shorthandOnlyDefinesConfig ?? false,
      specialArgsFrom: spec.specialArgsFrom,
      sharesName: spec.sharesName ?? false,
    },
    empty: { value: {} },
    join: (other) => (other.name === "submodule" ? joinSubmodules(spec, (other as SubmoduleType).spec) : undefined),
    extended: (options) =>
      submoduleWith({ modules: [{ options }], shorthandOnlyDefinesConfig: spec.shorthandOnlyDefinesConfig ?? false }),
    schema: () => schemaOfModules(spec.modules),
  };
  return type;
}

function joinSubmodules(a: SubmoduleWithSpec, b: SubmoduleWithSpec): OptionType | undefined {
  const clash = Object.keys(a.specialArgs ?? {}).some((name) => b.specialArgs && name in b.specialArgs);
  if (clash) return undefined;
  return submoduleWith({
    ...a,
    modules: [...a.modules, ...b.modules],
    specialArgs: { ...a.specialArgs, ...b.specialArgs },
  });
}

/** A module to be evaluated elsewhere: its value is a module that imports all definitions. */
export const deferredModule: OptionType<Module, Module> = {
  ...scalar<Module>({
    name: "deferredModule",
    description: "module",
    check: (value) => isPlainObject(value) || typeof value === "function",
    merge: (definitions) => ({ imports: definitions.map((definition) => definition.value) }),
    schema: {},
  }),
  empty: { value: { imports: [] } },
};
