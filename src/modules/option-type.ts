/**
 * An option type is one value with slots. The evaluator and the generators of documentation ask the slots; they know no
 * type by name, so a type of one's own is as good as a built-in one.
 */
import type { Faces } from "./infer.ts";
import type { Module } from "./module.ts";

/** A JSON schema (2020-12) for a value as it may be written in JSON. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** One definition as a type's `merge` sees it: wrappers are gone, the losing ones of lower priority too. */
export interface Definition {
  readonly value: unknown;
  /** Lower wins; see `priorities`. */
  readonly priority: number;
  /** Lower comes first; see `orders`. Definitions arrive sorted. */
  readonly order: number;
}

/** Returned by a type's `merge` where the definitions cannot be one value. */
export class Conflict {
  constructor(
    /** Fits after "containers.web.image ": `has two different definitions`. */
    readonly message: string,
    readonly hint?: string,
    readonly code: string = "conflict",
  ) {}
}

/** How the definitions of an option become its value. */
export type Merging =
  /** One value of all of them, with nothing nested that could be defined elsewhere. */
  | {
      readonly by: "value";
      merge(definitions: readonly Definition[]): unknown;
      /** Of one definition alone, `merge` would make its value as it is: it need not be asked. */
      readonly keeps?: boolean;
    }
  /** An object whose every attribute is merged as `element`. */
  | {
      readonly by: "attributes";
      readonly element: OptionType;
      /** An attribute whose conditions do not hold is there all the same. */
      readonly lazy?: boolean;
    }
  /** The lists one after the other, each element as `element`. */
  | { readonly by: "elements"; readonly element: OptionType }
  /** A function; the results of all definitions are merged as `result`. */
  | { readonly by: "functions"; readonly result: OptionType }
  /** An evaluation of its own: a submodule. */
  | {
      readonly by: "modules";
      readonly modules: readonly Module[];
      readonly specialArgs: Readonly<Record<string, unknown>>;
      /** Definitions are values of the options only, never whole modules. */
      readonly configOnly: boolean;
      /** The option beside it whose attributes are further arguments of the definitions, in `imports` too. */
      readonly specialArgsFrom?: string | undefined;
      /** Its `name` is that of the submodule that it stands in. */
      readonly sharesName?: boolean;
    }
  /** Another type does it, once the definitions are known: `nullOr`, `either`, `coercedTo`. */
  | {
      readonly by: "choice";
      choose(definitions: readonly Definition[]): Choice | Conflict;
      /** All types it may choose, for documentation. */
      readonly types: readonly OptionType[];
    };

export type Choice =
  | { readonly type: OptionType; readonly definitions: readonly Definition[] }
  | { readonly value: unknown };

export interface OptionType<out Config = unknown, out Def = unknown> extends Faces<Config, Def> {
  /** `str`, `listOf`, … */
  readonly name: string;
  /** For messages and documentation: "list of strings". */
  readonly description: string;
  /** Whether one definition may have this value. Looks at its own level only: what is nested is checked in its turn. */
  check(value: unknown): boolean;
  /** Of a value that `check` refuses: more than "this is not a …". */
  why?(value: unknown): string | undefined;
  readonly merging: Merging;
  /** The value where there are no definitions and no default: `{}` for attrsOf. */
  readonly empty?: { readonly value: unknown };
  /** The type of an option that is declared with both types, or undefined where they do not go together. */
  join?(other: OptionType): OptionType | undefined;
  /** Of a submodule: another with only these options, for options that are declared below one. */
  extended?(options: object): OptionType;
  schema(): JsonSchema;
  /** Its values are secret: never shown in a message or a document. */
  readonly secret?: boolean;
}

/** Of `lazyAttrsOf`: an attribute whose conditions do not hold is there, with the empty value of its type. */
export const isLazy = ({ merging }: OptionType): boolean => merging.by === "attributes" && merging.lazy === true;
