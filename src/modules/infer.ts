/**
 * The TypeScript face of options: from one set of declarations both the evaluated type (what a module reads) and the
 * definition type (what it may write) are inferred, so there is no second interface that could drift.
 */
declare const configFace: unique symbol;
declare const definitionFace: unique symbol;
declare const wrapperKind: unique symbol;

/** Carries the two types of an option or option type; never present at run time. */
export interface Faces<out Config = unknown, out Def = unknown> {
  readonly [configFace]?: Config;
  readonly [definitionFace]?: Def;
}

// `any` in constraints throughout this file: `unknown` would be inferred from it and lost.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyFaces = Faces<any, any>;

/** What an option of this type is in `config`. */
export type ConfigOf<T> = T extends Faces<infer X, infer _> ? X : never;
/** What a definition of this type may be, wrappers (`mkIf`, …) not counted. */
export type DefOf<T> = T extends Faces<infer _, infer X> ? X : never;

/** The result of `mkIf`, `mkForce`, … around a value. */
export interface Wrapper<out Kind extends string, out V> {
  readonly [wrapperKind]?: readonly [Kind, V];
  readonly kind: Kind;
}

/** A value, or any nesting of `mkIf`, `mkMerge`, `mkForce`, `mkBefore`, … around it. */
export type Wrapped<V> = V | Wrapper<"if", V> | Wrapper<"merge", V> | Wrapper<"override", V> | Wrapper<"order", V>;

/**
 * The argument of a wrapper. It must not be an inference site: V then comes only from where the call stands, so the
 * argument is completed and checked as if the wrapper were not there. With plain `Wrapped<V>` a typo inside a wrapper
 * passes, and the built-in `NoInfer<V>` fails where V is `object | function` (TypeScript 5.9 to 7.0).
 */
export type In<V> = Wrapped<[V][V extends unknown ? 0 : never]>;

/** The evaluated type of a tree of options. */
export type ConfigFrom<O> = {
  readonly [P in keyof O]: O[P] extends { readonly _type: "option" } ? ConfigOf<O[P]> : ConfigFrom<O[P]>;
};

/** The definition type of a tree of options: every option may be left out, wrappers may stand at every level. */
export type DefsFrom<O> = {
  readonly [P in keyof O]?: O[P] extends { readonly _type: "option" } ? Wrapped<DefOf<O[P]>> : Wrapped<DefsFrom<O[P]>>;
};

/** `A | B` to `A & B`: the option trees of several modules as one. */
export type Together<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never;
