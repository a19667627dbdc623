/** Modules: what `imports`, `options` and `config` are, for the compiler and for the evaluator. */
import type { ConfigFrom, DefsFrom, Wrapped } from "./infer.ts";
import type { Lib } from "./lib.ts";
import type { Options } from "./option.ts";
import type { OptionType } from "./option-type.ts";

/**
 * Every module adds its options here by declaration merging, so that `host.ts` and all modules see one tree:
 * `declare module "stowage/modules" { interface HostOptions extends MyOptions {} }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface HostOptions {}
/** The evaluated configuration of a host. */
export type HostConfig = ConfigFrom<HostOptions>;
/** What may be defined for a host. */
export type HostDefs = DefsFrom<HostOptions>;

/** What a module function gets. Further names come from `specialArgs` and `_module.args`. */
export interface ModuleArgs<C = HostConfig> {
  /** The final, merged values, whoever defined them. */
  readonly config: C;
  /** The declared options with `isDefined`, `definitions`, `highestPrio`, `value`. */
  readonly options: OptionViews;
  readonly lib: Lib;
}

/** What a module function inside a submodule gets. */
export interface SubmoduleArgs<C = unknown> extends ModuleArgs<C> {
  /** The attribute: `web` for `containers.web`. */
  readonly name: string;
  /** `config` of the module around it. */
  readonly parent: unknown;
  /** `config` of the outermost modules: of the host. */
  readonly host: HostConfig;
}

/** `options` as a module sees it: groups of {@link OptionView}. */
export interface OptionViews {
  // biome-ignore lint/suspicious/noExplicitAny: a tree of any depth; the evaluator checks it
  readonly [name: string]: any;
}

/** What `options.<path>` tells. */
export interface OptionView {
  /** It has a definition; the option's own default is none. */
  readonly isDefined: boolean;
  readonly value: unknown;
  /** The definitions of the winning priority, in order. */
  readonly definitions: readonly unknown[];
  /** Its own definitions of the winning priority as one definition of another option, with their priorities and orders. */
  readonly forwarded: unknown;
  /** The winning priority; 1500 where only the default stands, and above where there is nothing. */
  readonly highestPrio: number;
  /** Files of the definitions. */
  readonly files: readonly string[];
  readonly type: OptionType;
  readonly description?: string;
}

/** Either an object or a function of its arguments. Opaque: made by `defineModule`, or a plain object or function. */
export type Module = ModuleObject | ModuleFunction | object;

export interface ModuleObject {
  /** Modules with one key count once. Default: the object itself. */
  readonly key?: string;
  readonly imports?: readonly unknown[];
  /** Keys, or the modules themselves. */
  readonly disabledModules?: readonly unknown[];
  readonly options?: object;
  /** An option, `services.shop.enable`, without which `config` does not count: where it is false, null or empty. */
  readonly when?: string;
  readonly config?: unknown;
  /** The type of names that no option declares. */
  readonly freeformType?: OptionType;
  readonly meta?: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: arguments are whatever specialArgs and _module.args add
export type ModuleFunction = (args: any) => unknown;

/** A module whose options the compiler knows. */
export interface TypedModule<out O extends Options = Options> extends ModuleObject {
  readonly options: O;
}

/** What may stand beside `config`, or beside the definitions themselves where there is no `config`. */
export interface ModuleHeader {
  readonly key?: string;
  readonly imports?: readonly unknown[];
  readonly disabledModules?: readonly unknown[];
  readonly meta?: unknown;
}

/**
 * A module with options of its own: they are inferred, and `config` is checked against the whole host's tree
 * (`HostOptions`, so add the module's options to it).
 */
export function defineModule<const O extends Options>(
  module: ModuleHeader & {
    readonly options: O;
    readonly when?: string;
    readonly config?: Wrapped<HostDefs> | ((args: ModuleArgs) => Wrapped<HostDefs>);
    readonly freeformType?: OptionType;
  },
): TypedModule<O> {
  return module as unknown as TypedModule<O>;
}

/** What a host's configuration is: definitions, `imports` among them where wanted. */
export type HostModule =
  | Wrapped<HostDefs & ModuleHeader>
  | (ModuleHeader & { readonly config: Wrapped<HostDefs> | ((args: ModuleArgs) => Wrapped<HostDefs>) });

/** A host's configuration: definitions, or a function of `{ config, … }` that returns them. */
export function defineHost(host: HostModule | ((args: ModuleArgs) => HostModule)): Module {
  return host as Module;
}
