/** Types made of types. */
import type { ConfigOf, DefOf, Wrapped } from "../infer.ts";
import { Conflict, type Definition, type OptionType } from "../option-type.ts";
import { isPlainObject } from "../same.ts";
import { bool, mergeEqual, scalar } from "./scalar.ts";

// biome-ignore lint/suspicious/noExplicitAny: a constraint that must not be inferred as unknown
type AnyType = OptionType<any, any>;

/** `null`, or a value of the type. `null` and another value of one priority are a conflict. */
export function nullOr<T extends AnyType>(type: T): OptionType<ConfigOf<T> | null, DefOf<T> | null> {
  const self: OptionType = {
    name: "nullOr",
    description: `null or ${type.description}`,
    check: (value) => value === null || type.check(value),
    ...whyOf(type),
    merging: { by: "choice", types: [type], choose: (definitions) => chooseNull(type, definitions) },
    empty: { value: null },
    join: (other) => joinNested(self, other, type, nullOr),
    schema: () => ({ anyOf: [{ type: "null" }, type.schema()] }),
    ...secretIf(type),
  };
  return self as OptionType<ConfigOf<T> | null, DefOf<T> | null>;
}

function chooseNull(type: OptionType, definitions: readonly Definition[]) {
  if (definitions.length === 1) return definitions[0]!.value === null ? { value: null } : { type, definitions };
  const nulls = definitions.filter((definition) => definition.value === null).length;
  if (nulls === definitions.length) return { value: null };
  if (nulls === 0) return { type, definitions };
  return new Conflict("is defined as null and as something else", "keep one, or give one of them mkForce or mkDefault");
}

function listType(element: OptionType, name: string, description: string, least: number): OptionType {
  const self: OptionType = {
    name,
    description,
    check: (value) => Array.isArray(value) && value.length >= least,
    merging: { by: "elements", element },
    ...(least === 0 && { empty: { value: [] } }),
    join: (other) =>
      other.name === name ? joinNested(self, other, element, (e) => listType(e, name, description, least)) : undefined,
    schema: () => ({ type: "array", items: element.schema(), ...(least > 0 && { minItems: least }) }),
    ...secretIf(element),
  };
  return self;
}

type ListOf<T> = OptionType<readonly ConfigOf<T>[], readonly Wrapped<DefOf<T>>[]>;

/** A list; several definitions are put one after the other. */
export function listOf<T extends AnyType>(element: T): ListOf<T> {
  return listType(element, "listOf", `list of ${plural(element)}`, 0) as ListOf<T>;
}

export function nonEmptyListOf<T extends AnyType>(element: T): ListOf<T> {
  return listType(element, "nonEmptyListOf", `non-empty list of ${plural(element)}`, 1) as ListOf<T>;
}

type AttrsOf<T> = OptionType<Readonly<Record<string, ConfigOf<T>>>, Readonly<Record<string, Wrapped<DefOf<T>>>>>;

function attributesType(element: OptionType, name: string): OptionType {
  const self: OptionType = {
    name,
    description: `attribute set of ${plural(element)}`,
    check: isPlainObject,
    merging: { by: "attributes", element, lazy: name === "lazyAttrsOf" },
    empty: { value: {} },
    join: (other) => joinNested(self, other, element, (e) => attributesType(e, name)),
    schema: () => ({ type: "object", additionalProperties: element.schema() }),
    ...secretIf(element),
  };
  return self;
}

/** An object with any keys; the definitions of each key are merged on their own. */
export function attrsOf<T extends AnyType>(element: T): AttrsOf<T> {
  return attributesType(element, "attrsOf") as AttrsOf<T>;
}

/**
 * As {@link attrsOf}, but an attribute below an `mkIf` that does not hold is there, with the empty value of its type
 * where that has one. Values may be computed from each other in both.
 */
export function lazyAttrsOf<T extends AnyType>(element: T): AttrsOf<T> {
  return attributesType(element, "lazyAttrsOf") as AttrsOf<T>;
}

/** The first type if it takes all definitions, else the second. */
export function either<A extends AnyType, B extends AnyType>(
  first: A,
  second: B,
): OptionType<ConfigOf<A> | ConfigOf<B>, DefOf<A> | DefOf<B>> {
  return oneOf(first, second) as OptionType<ConfigOf<A> | ConfigOf<B>, DefOf<A> | DefOf<B>>;
}

/** The first of the types that takes all definitions: `types.oneOf(a, b, c)` or `types.oneOf([a, b, c])`. */
export function oneOf<const T extends readonly AnyType[]>(types: T): OptionType<ConfigOf<T[number]>, DefOf<T[number]>>;
export function oneOf<const T extends readonly AnyType[]>(
  ...types: T
): OptionType<ConfigOf<T[number]>, DefOf<T[number]>>;
export function oneOf(...given: readonly (OptionType | readonly OptionType[])[]): OptionType {
  const types = given.flat() as readonly OptionType[];
  const self: OptionType = {
    name: "oneOf",
    description: types.map((type) => type.description).join(" or "),
    check: (value) => types.some((type) => type.check(value)),
    merging: { by: "choice", types, choose: (definitions) => chooseFirst(types, definitions) },
    join: (other) => joinChoices(types, other),
    schema: () => ({ anyOf: types.map((type) => type.schema()) }),
    ...(types.some((type) => type.secret) && { secret: true }),
  };
  return self;
}

function joinChoices(types: readonly OptionType[], other: OptionType): OptionType | undefined {
  if (other.name !== "oneOf" || other.merging.by !== "choice" || other.merging.types.length !== types.length)
    return undefined;
  const others = other.merging.types;
  const joined = types.map((type, index) => type.join?.(others[index]!));
  return joined.every((type) => type !== undefined) ? oneOf(joined) : undefined;
}

function chooseFirst(types: readonly OptionType[], definitions: readonly Definition[]) {
  const type = types.find((candidate) => definitions.every((definition) => candidate.check(definition.value)));
  return type
    ? { type, definitions }
    : new Conflict("has definitions of different kinds", "use one kind in all of them, or mkForce for one");
}

/** A value of `to`, or one of `from` that `coerce` turns into a definition of `to`. */
export function coercedTo<A extends AnyType, B extends AnyType>(
  from: A,
  coerce: (value: ConfigOf<A>) => DefOf<B>,
  to: B,
): OptionType<ConfigOf<B>, DefOf<A> | DefOf<B>> {
  const coerced = (definition: Definition): Definition =>
    from.check(definition.value) ? { ...definition, value: coerce(definition.value as ConfigOf<A>) } : definition;
  return {
    name: "coercedTo",
    description: `${to.description} or ${from.description} turned into it`,
    check: (value) => to.check(value) || from.check(value),
    merging: {
      by: "choice",
      types: [to, from],
      choose: (definitions) => ({ type: to, definitions: definitions.map(coerced) }),
    },
    ...(to.empty && { empty: to.empty }),
    schema: () => ({ anyOf: [to.schema(), from.schema()] }),
    ...(from.secret || to.secret ? { secret: true } : {}),
  };
}

/** One definition at most, even if they are equal; `message` tells what to do instead. */
export function unique<T extends AnyType>(
  spec: { readonly message: string },
  type: T,
): OptionType<ConfigOf<T>, DefOf<T>> {
  const self: OptionType = {
    name: "unique",
    description: type.description,
    check: (value) => type.check(value),
    ...whyOf(type),
    merging: {
      by: "choice",
      types: [type],
      choose: (definitions) =>
        definitions.length === 1 ? { type, definitions } : new Conflict(`is defined several times. ${spec.message}`),
    },
    ...(type.empty && { empty: type.empty }),
    join: (other) => joinNested(self, other, type, (t) => unique(spec, t)),
    schema: () => type.schema(),
    ...secretIf(type),
  };
  return self as OptionType<ConfigOf<T>, DefOf<T>>;
}

export function uniq<T extends AnyType>(type: T): OptionType<ConfigOf<T>, DefOf<T>> {
  return unique({ message: "It can have one definition only" }, type);
}

/** A type with a further condition on each definition; `description` says the whole. */
export function addCheck<T extends AnyType>(
  type: T,
  check: (value: DefOf<T>) => boolean,
  description = type.description,
): OptionType<ConfigOf<T>, DefOf<T>> {
  return { ...type, description, check: (value) => type.check(value) && check(value as DefOf<T>) };
}

/** A function whose results are values of the type; the results of several definitions are merged. */
export function functionTo<T extends AnyType>(
  result: T,
  // biome-ignore lint/suspicious/noExplicitAny: the caller and the definition agree on the argument
): OptionType<(argument: any) => ConfigOf<T>, (argument: any) => Wrapped<DefOf<T>>> {
  return {
    name: "functionTo",
    description: `function to ${result.description}`,
    check: (value) => typeof value === "function",
    merging: { by: "functions", result },
    schema: () => ({}),
  };
}

/** A value whose type has no JSON form and no merging: one definition, taken as it is. */
export const raw = scalar<unknown>({
  name: "raw",
  description: "any value, not merged",
  check: () => true,
  merge: (definitions) =>
    definitions.length === 1 ? definitions[0]!.value : new Conflict("is defined several times and cannot be merged"),
  schema: {},
});

/**
 * Plain data: objects are merged attribute by attribute, functions by merging what they return; everything else, lists
 * too, must be equal.
 */
export const anything: OptionType<unknown, unknown> = {
  name: "anything",
  description: "any value (objects are merged)",
  check: () => true,
  merging: { by: "choice", types: [], choose: chooseAnything },
  join: (other) => (other.name === "anything" ? anything : undefined),
  schema: () => ({}),
};

const equalValue = scalar<unknown>({
  name: "value",
  description: "value",
  check: () => true,
  merge: mergeEqual,
  schema: {},
});

const anyAttributes = attributesType(anything, "attrsOf");
const anyFunction = functionTo(anything);
const anyElements = listType(anything, "listOf", "list", 0);

function chooseAnything(definitions: readonly Definition[]) {
  if (definitions.every((definition) => isPlainObject(definition.value))) return { type: anyAttributes, definitions };
  // One list is looked into for the wrappers of its elements; several are not put together.
  if (definitions.length === 1 && Array.isArray(definitions[0]!.value)) return { type: anyElements, definitions };
  const areFunctions = definitions.length > 1 && definitions.every(({ value }) => typeof value === "function");
  return { type: areFunctions ? anyFunction : equalValue, definitions };
}

/** Lists one after the other; everything else as {@link anything}. */
function chooseUnspecified(definitions: readonly Definition[]) {
  const areLists = definitions.every((definition) => Array.isArray(definition.value));
  return areLists ? { type: anyElements, definitions } : chooseAnything(definitions);
}

/** As {@link anything}, but lists are put one after the other; for options whose type nobody has decided yet. */
export const unspecified: OptionType<unknown, unknown> = {
  ...anything,
  name: "unspecified",
  description: "unspecified value",
  merging: { by: "choice", types: [], choose: chooseUnspecified },
};

function plural(type: OptionType): string {
  if (type === bool) return "booleans";
  return /^(string|integer|number|boolean|submodule|absolute path|package)$/.test(type.description)
    ? `${type.description}s`
    : type.description;
}

function joinNested(
  self: OptionType,
  other: OptionType,
  nested: OptionType,
  make: (nested: OptionType) => OptionType,
): OptionType | undefined {
  if (other.name !== self.name) return undefined;
  const inner = nestedType(other);
  const joined = inner && nested.join?.(inner);
  return joined && make(joined);
}

function nestedType(type: OptionType): OptionType | undefined {
  const { merging } = type;
  if (merging.by === "attributes" || merging.by === "elements") return merging.element;
  return merging.by === "choice" ? merging.types[0] : undefined;
}

function secretIf(type: OptionType) {
  return type.secret ? { secret: true } : {};
}

function whyOf(type: OptionType) {
  return type.why ? { why: (value: unknown) => type.why!(value) } : {};
}
