/** Options: what may be defined, with type, default and documentation. */
import type { AnyFaces, ConfigOf, DefOf, Faces, Wrapped } from "./infer.ts";
import type { OptionType } from "./option-type.ts";
import { bool } from "./types/scalar.ts";

/** A declared option. C: its type in `config`; D: its type in a definition. */
export interface Option<out Config = unknown, out Def = unknown> extends Faces<Config, Def> {
  readonly _type: "option";
  readonly type: OptionType;
  /** Present also where the default is `null`. */
  readonly default?: unknown;
  readonly defaultText?: string;
  readonly example?: unknown;
  readonly description?: string;
  readonly apply?: (value: unknown) => unknown;
  readonly readOnly?: boolean;
  readonly internal?: boolean;
  readonly visible?: boolean;
  readonly deprecated?: string;
  readonly removed?: string;
}

/** Options nest in plain objects; the path is the option's name. */
export interface Options {
  readonly [name: string]: Option | Options;
}

// biome-ignore lint/suspicious/noExplicitAny: a constraint that must not be inferred as unknown
type AnyType = OptionType<any, any>;

/** What `mkOption` takes. */
export interface OptionSpec<T extends AnyFaces> {
  readonly type: T;
  /** Stands at priority 1500. An option with neither default nor definition is an error where it is read. */
  readonly default?: Wrapped<DefOf<T>>;
  /** What the documentation shows in place of `default`. */
  readonly defaultText?: string;
  readonly example?: DefOf<T>;
  /** Markdown: meaning, unit, what happens without it. */
  readonly description?: string;
  /** One definition at most; the default counts as one. */
  readonly readOnly?: boolean;
  /** For modules among themselves: not in the documentation. */
  readonly internal?: boolean;
  /** False: works, but is not in the documentation. */
  readonly visible?: boolean;
  /** Defining it is a warning: "<option> <this text>". */
  readonly deprecated?: string;
  /** Defining it is an error; the text says what to do instead. */
  readonly removed?: string;
}

/**
 * Declares an option. `apply` maps the merged value once; `config` then has what it returns.
 * Two overloads: a defaulted type parameter for `apply`'s result would be inferred as unknown.
 */
export function mkOption<T extends AnyType, R>(
  spec: OptionSpec<T> & { readonly apply: (value: ConfigOf<T>) => R },
): Option<R, DefOf<T>>;
export function mkOption<T extends AnyType>(spec: OptionSpec<T>): Option<ConfigOf<T>, DefOf<T>>;
export function mkOption(spec: OptionSpec<OptionType>): Option {
  return { ...spec, _type: "option" };
}

/** A boolean that is false by default; the description becomes "Whether to enable <what>." */
export function mkEnableOption(what: string): Option<boolean, boolean> {
  return mkOption({ type: bool, default: false, example: true, description: `Whether to enable ${what}.` });
}

export function isOption(value: unknown): value is Option {
  return typeof value === "object" && value !== null && (value as Option)._type === "option";
}
