/** Cells: what has a value of its own. An option in a scope, an attribute of an attrsOf, an element of a list. */
import type { DeclaredOption } from "./declared.ts";
import { orders, priorities } from "./definition.ts";
import type { Extent } from "./hints.ts";
import { instance } from "./instance.ts";
import { Conflict, type OptionType } from "./option-type.ts";
import { Knot } from "./pass.ts";
import { unknownValue } from "./probe.ts";
import type { Run } from "./run.ts";
import { discharge, type SourcedDefinition } from "./scatter.ts";
import type { Scope } from "./scope.ts";
import { put, scopeValue } from "./scope-value.ts";

export type CellDefinition = SourcedDefinition<Run | undefined>;

/** Stands where a value should be. */
export class Failure {
  constructor(
    readonly cell: Cell,
    readonly code: string,
    /** Fits after the option's path. */
    readonly message: string,
    readonly definitions: readonly CellDefinition[] = [],
    readonly hint?: string,
  ) {}
}

/** What the definitions of a cell turn out to be, once its type has looked at them. */
export type Shape =
  | { readonly is: "value"; readonly value: unknown }
  | { readonly is: "attributes"; readonly element: OptionType; readonly definitions: readonly CellDefinition[] }
  | { readonly is: "elements"; readonly element: OptionType; readonly definitions: readonly CellDefinition[] }
  | { readonly is: "scope"; readonly scope: Scope }
  | { readonly is: "failure"; readonly failure: Failure };

/** More nesting than any configuration has: a submodule that contains itself for ever. */
const deepestPath = 200;

export abstract class Cell {
  #shape: Shape | undefined;
  #value: unknown;
  #hasValue = false;
  readonly #children = new Map<string, ElementCell>();
  #complete = false;

  constructor(
    readonly scope: Scope,
    readonly path: readonly string[],
    readonly type: OptionType,
    secret: boolean,
  ) {
    this.secret = secret || type.secret === true;
  }

  /** Its value is not shown. */
  readonly secret: boolean;

  /** All definitions, those of lower priority included, in the order of the modules. @throws Knot */
  abstract allDefinitions(): readonly CellDefinition[];

  /** The name that a submodule gets for this cell. */
  get name(): string {
    return this.path[this.path.length - 1] ?? "";
  }

  /** The definitions that count, in order. */
  definitions(): readonly CellDefinition[] {
    return winning(this.allDefinitions());
  }

  shape(): Shape {
    this.#shape ??= this.#findShape();
    return this.#shape;
  }

  /** The merged value, or a {@link Failure}. Plain data of its own: nobody else changes it. */
  value(): unknown {
    if (!this.#hasValue) {
      this.#value = this.build();
      this.#hasValue = true;
    }
    return this.#value;
  }

  protected build(): unknown {
    const shape = this.shape();
    switch (shape.is) {
      case "value":
        return shape.value;
      case "failure":
        return shape.failure;
      case "scope":
        return scopeValue(shape.scope);
      case "attributes":
        return this.#attributes();
      case "elements":
        return this.#elements(shape);
    }
  }

  fail(code: string, message: string, definitions: readonly CellDefinition[] = [], hint?: string): Failure {
    const failure = new Failure(this, code, message, definitions, hint);
    this.scope.pass.failures.push(failure);
    return failure;
  }

  #findShape(): Shape {
    const definitions = this.definitions();
    if (definitions.length === 0) {
      const { empty } = this.type;
      if (empty === undefined) return { is: "failure", failure: this.noValue() };
      // Through the type, so that an empty submodule has its defaults.
      return this.#shapeOf(this.type, [asDefinition(empty.value)]);
    }
    return this.#shapeOf(this.type, definitions);
  }

  protected noValue(): Failure {
    return new Failure(this, "undefined-option", "has neither a definition nor a default");
  }

  #shapeOf(type: OptionType, definitions: readonly CellDefinition[]): Shape {
    if (this.path.length > deepestPath) return this.#failed("too-deep", "is nested too deeply", []);
    if (definitions.some((definition) => definition.value === unknownValue)) {
      return { is: "failure", failure: new Failure(this, "unknown", "depends on something that has no value") };
    }
    const wrong = definitions.filter((definition) => !type.check(definition.value));
    if (wrong.length > 0) {
      const why = wrong.map((definition) => type.why?.(definition.value)).find((text) => text !== undefined);
      return this.#failed("wrong-type", `must be ${type.description}`, wrong, why);
    }
    const { merging } = type;
    switch (merging.by) {
      case "attributes":
        return { is: "attributes", element: merging.element, definitions };
      case "elements":
        return { is: "elements", element: merging.element, definitions };
      case "modules":
        return { is: "scope", scope: instance(this, merging, definitions) };
      case "functions":
        return { is: "value", value: this.#function(merging.result, definitions) };
      case "value":
        return this.#result(merging.merge(definitions), definitions);
      case "choice": {
        const choice = merging.choose(definitions);
        if (choice instanceof Conflict) return this.#result(choice, definitions);
        if ("value" in choice) return { is: "value", value: choice.value };
        return this.#shapeOf(choice.type, choice.definitions as readonly CellDefinition[]);
      }
    }
  }

  #result(value: unknown, definitions: readonly CellDefinition[]): Shape {
    if (!(value instanceof Conflict)) return { is: "value", value };
    return this.#failed(value.code, value.message, definitions, value.hint);
  }

  #failed(code: string, message: string, definitions: readonly CellDefinition[], hint?: string): Shape {
    return { is: "failure", failure: this.fail(code, message, definitions, hint) };
  }

  #function(result: OptionType, definitions: readonly CellDefinition[]) {
    return (argument: unknown): unknown => {
      const results: CellDefinition[] = [];
      for (const definition of definitions) {
        const returned = (definition.value as (argument: unknown) => unknown)(argument);
        this.unwrap(returned, definition, results);
      }
      const value = new ElementCell(this.scope, [...this.path, "()"], result, results, this.secret).value();
      if (value instanceof Failure) throw new TypeError(`${value.cell.path.join(".")} ${value.message}`);
      return value;
    };
  }

  /** Takes the wrappers off what stands inside a definition. */
  unwrap(value: unknown, from: CellDefinition, into: CellDefinition[]): void {
    if (typeof value !== "object" && value !== undefined) {
      into.push({ value, priority: priorities.plain, order: orders.plain, run: from.run });
      return;
    }
    discharge(
      value,
      priorities.plain,
      orders.plain,
      (bare, priority, order) => into.push({ value: bare, priority, order, run: from.run }),
      (misfit) =>
        this.fail(misfit.code, "has an mkIf whose condition is not a boolean", [{ ...from, value: misfit.value }]),
    );
  }

  /** Of attributes: the names that have a definition, sorted. */
  keys(): readonly string[] {
    const shape = this.shape();
    if (shape.is !== "attributes") return [];
    if (!this.#complete) {
      for (const name of namesOf(shape.definitions)) this.#childFrom(name, shape.element, shape.definitions);
      this.#complete = true;
    }
    return [...this.#children.keys()].sort();
  }

  /** Of attributes or elements: the cell below, or undefined. */
  child(name: string): Cell | undefined {
    const shape = this.shape();
    if (shape.is === "attributes")
      return this.#children.get(name) ?? this.#childFrom(name, shape.element, shape.definitions);
    if (shape.is === "elements") this.value();
    return this.#children.get(name);
  }

  /** The child that some definitions make; remembered. */
  #childFrom(name: string, element: OptionType, definitions: readonly CellDefinition[]): ElementCell | undefined {
    const existing = this.#children.get(name);
    if (existing) return existing;
    const found: CellDefinition[] = [];
    for (const definition of definitions) {
      const attributes = definition.value as Record<string, unknown>;
      if (Object.hasOwn(attributes, name)) this.unwrap(attributes[name], definition, found);
    }
    if (found.length === 0) return undefined;
    const child = new ElementCell(this.scope, [...this.path, name], element, found, this.secret);
    this.#children.set(name, child);
    return child;
  }

  protected childEarly(name: string, element: OptionType, definitions: readonly CellDefinition[]): Cell | undefined {
    return this.#childFrom(name, element, definitions);
  }

  hasChild(name: string): boolean {
    return this.#children.has(name);
  }

  get hasShape(): boolean {
    return this.#shape !== undefined;
  }

  get hasChildren(): boolean {
    return this.#children.size > 0;
  }

  #attributes(): unknown {
    const made: Record<string, unknown> = {};
    for (const name of this.keys()) put(made, name, this.#children.get(name)!.value());
    return Object.freeze(made);
  }

  #elements(shape: Shape & { readonly is: "elements" }): unknown {
    const made: unknown[] = [];
    for (const definition of shape.definitions) {
      for (const element of definition.value as readonly unknown[]) {
        const found: CellDefinition[] = [];
        this.unwrap(element, definition, found);
        if (found.length === 0) continue;
        const name = `[${made.length}]`;
        const cell = new ElementCell(this.scope, [...this.path, name], shape.element, found, this.secret);
        this.#children.set(name, cell);
        const value = cell.value();
        made.push(value instanceof Failure ? undefined : value);
      }
    }
    return Object.freeze(made);
  }
}

/** An attribute or a list element: its definitions are known from the start. */
export class ElementCell extends Cell {
  constructor(
    scope: Scope,
    path: readonly string[],
    type: OptionType,
    readonly found: readonly CellDefinition[],
    secret: boolean,
  ) {
    super(scope, path, type, secret);
  }

  override allDefinitions(): readonly CellDefinition[] {
    return this.found;
  }
}

/** An option: its definitions are those of the modules of its scope, which are run when they are asked for. */
export class OptionCell extends Cell {
  #all: readonly CellDefinition[] | undefined;

  constructor(
    scope: Scope,
    readonly declared: DeclaredOption,
  ) {
    super(
      scope,
      scope.path.length === 0 ? declared.path : [...scope.path, ...declared.path],
      declared.option.type,
      scope.secret,
    );
  }

  override allDefinitions(): readonly CellDefinition[] {
    this.#all ??= this.#gather(undefined);
    return this.#all;
  }

  /** Without the default that its declaration gives. */
  ownDefinitions(): readonly CellDefinition[] {
    return this.allDefinitions().filter((definition) => definition.run !== undefined);
  }

  /** Whether something was read that a further definition to this extent would change. */
  wasAsked(extent: Extent): boolean {
    if (this.#all) return true;
    return extent === "whole" ? this.hasChildren : [...extent].some((key) => this.hasChild(key));
  }

  #gather(key: string | undefined): readonly CellDefinition[] {
    const { declared, scope } = this;
    for (const run of scope.runs) {
      if (run.state === "running" && run.mayDefine(declared, key)) throw new Knot();
    }
    const found: CellDefinition[] = [];
    const { option, computedDefault } = declared;
    if ("default" in option && !computedDefault) this.unwrapDefault(option.default, found);
    for (const run of scope.runs) {
      if (run.state === "pending" && run.mayDefine(declared, key)) scope.pass.need(run);
      if (run.state !== "done") continue;
      const definitions = run.definitions(declared);
      if (definitions) for (const definition of definitions) found.push(definition);
    }
    return found;
  }

  unwrapDefault(value: unknown, into: CellDefinition[]): void {
    discharge(
      value,
      priorities.optionDefault,
      orders.plain,
      (bare, priority, order) => into.push({ value: bare, priority, order, run: undefined }),
      () => {},
    );
  }

  /**
   * An attribute can be known before the whole option is: only the modules that may define this attribute are needed.
   * Not so where definitions without a priority of their own are missing, as others could then win over all of them.
   */
  override child(name: string): Cell | undefined {
    const { merging } = this.type;
    if (this.#all || merging.by !== "attributes") return super.child(name);
    const found = this.#gather(name);
    const counting = winning(found);
    const isSettled = counting.length > 0 && counting[0]!.priority <= priorities.plain;
    if (!isSettled || counting.some((definition) => !this.type.check(definition.value))) return super.child(name);
    return this.childEarly(name, merging.element, counting);
  }

  protected override build(): unknown {
    const { apply, readOnly } = this.declared.option;
    if (readOnly && this.allDefinitions().length > 1) {
      return this.fail("read-only", "is read-only and has more than one definition", this.allDefinitions());
    }
    const value = super.build();
    if (apply === undefined || value instanceof Failure) return value;
    return apply(value);
  }
}

const asDefinition = (value: unknown): CellDefinition => ({
  value,
  priority: priorities.optionDefault,
  order: orders.plain,
  run: undefined,
});

/** The definitions of the best priority, by order. */
export function winning(all: readonly CellDefinition[]): readonly CellDefinition[] {
  if (all.length < 2) return all;
  let best = Number.POSITIVE_INFINITY;
  let ordered = true;
  for (const definition of all) {
    if (definition.priority < best) best = definition.priority;
    if (definition.order !== orders.plain) ordered = false;
  }
  const counting = all.filter((definition) => definition.priority === best);
  // Stable: the order of the modules decides among equals.
  return ordered ? counting : counting.sort((a, b) => a.order - b.order);
}

function namesOf(definitions: readonly CellDefinition[]): Iterable<string> {
  if (definitions.length === 1) return Object.keys(definitions[0]!.value as object);
  return new Set(definitions.flatMap((definition) => Object.keys(definition.value as object)));
}
