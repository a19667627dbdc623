/** Cells: what has a value of its own. An option in a scope, an attribute of an attrsOf, an element of a list. */
import type { Place } from "../error.ts";
import { type CellDefinition, defaultDefinition, namesOf, unwrap, winning } from "./cell-definitions.ts";
import { Failure } from "./failure.ts";
import { Conflict, isLazy, type OptionType } from "./option-type.ts";
import { unknownValue } from "./probe.ts";
import { put } from "./put.ts";
import type { Scope } from "./scope.ts";
import { attempt, type Shape } from "./shape.ts";
import { unusual } from "./unusual.ts";

/** More nesting than any configuration has: a submodule that contains itself for ever. */
const deepest = 200;

export abstract class Cell {
  #shape: Shape | undefined;
  #value: unknown;
  #hasValue = false;
  #children: Map<string, Cell> | undefined;

  constructor(
    readonly scope: Scope,
    readonly type: OptionType,
    /** Its value is not shown. */
    readonly secret: boolean,
    readonly depth: number,
  ) {}

  /** Of the whole evaluation: `["containers", "web", "forwardPorts", "[0]"]`. */
  abstract get path(): readonly string[];

  /** What a submodule here is called: the attribute, or the number of the element. */
  abstract get name(): string;

  /** All definitions, those of lower priority included, in the order of the modules. @throws Knot */
  abstract allDefinitions(): readonly CellDefinition[];

  /** Where it is declared, if it is an option of a file with places. */
  get declarationPlace(): Place | undefined {
    return undefined;
  }

  /** The definitions that count, in order. */
  definitions(): readonly CellDefinition[] {
    return winning(this.allDefinitions());
  }

  shape(): Shape {
    this.#shape ??= this.#findShape();
    return this.#shape;
  }

  /** The merged value, or a {@link Failure}. Plain data of its own. */
  value(): unknown {
    if (!this.#hasValue) {
      this.#value = this.build();
      this.#hasValue = true;
    }
    return this.#value;
  }

  protected build(): unknown {
    if (this.#shape === undefined) {
      const definitions = this.definitions();
      if (definitions.length === 1) {
        const value = this.scope.pass.direct(this.type, definitions[0]!.value, this.name, this);
        if (value !== unusual) return value;
      }
    }
    const shape = this.shape();
    switch (shape.is) {
      case "value":
        return shape.value;
      case "failure":
        return shape.failure;
      case "scope":
        return this.scope.pass.scopeValue(shape.scope);
      case "attributes":
        return this.#attributes(shape.of, shape.definitions);
      case "elements":
        return this.#elements(shape.of, shape.definitions);
    }
  }

  /** Makes a problem of it that people will hear of. */
  fail(code: string, message: string, definitions: readonly CellDefinition[] = [], hint?: string): Failure {
    const failure = new Failure(this, code, message, definitions, hint);
    this.scope.pass.failures.push(failure);
    return failure;
  }

  #findShape(): Shape {
    const definitions = this.definitions();
    if (definitions.length > 0) return this.#shapeOf(this.type, definitions);
    const { empty } = this.type;
    // Through the type, so that an empty submodule has its defaults.
    if (empty) return this.#shapeOf(this.type, [defaultDefinition(empty.value)]);
    const failure = new Failure(this, "undefined-option", "has neither a definition nor a default");
    return { is: "failure", failure };
  }

  #shapeOf(type: OptionType, definitions: readonly CellDefinition[]): Shape {
    if (this.depth > deepest) return this.#failed("too-deep", "is nested too deeply", []);
    for (const { value } of definitions) {
      if (value === unknownValue) {
        return { is: "failure", failure: new Failure(this, "unknown", "depends on something that has no value") };
      }
      if (!type.check(value)) return this.#wrongType(type, definitions);
    }
    const { merging } = type;
    switch (merging.by) {
      case "attributes":
      case "elements":
        return { is: merging.by, of: merging.element, definitions };
      case "modules":
        return { is: "scope", scope: this.scope.pass.instance(this, merging, definitions) };
      case "functions":
        return { is: "value", value: this.#function(merging.result, definitions) };
      case "value":
        return this.#result(
          attempt(() => merging.merge(definitions)),
          definitions,
        );
      case "choice": {
        const choice = attempt(() => merging.choose(definitions));
        if (choice instanceof Conflict) return this.#result(choice, definitions);
        if ("value" in choice) return { is: "value", value: choice.value };
        return this.#shapeOf(choice.type, choice.definitions as readonly CellDefinition[]);
      }
    }
  }

  #wrongType(type: OptionType, definitions: readonly CellDefinition[]): Shape {
    const wrong = definitions.filter((definition) => !type.check(definition.value));
    const why = wrong.map((definition) => type.why?.(definition.value)).find((text) => text !== undefined);
    return this.#failed("wrong-type", `must be ${type.description}`, wrong, why);
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
        this.#unwrap((definition.value as (argument: unknown) => unknown)(argument), definition, results);
      }
      const value = new ElementCell(this, "()", result, results).value();
      if (value instanceof Failure) throw new TypeError(`${value.cell.path.join(".")} ${value.message}`);
      return value;
    };
  }

  #unwrap(value: unknown, definition: CellDefinition, into: CellDefinition[]): void {
    unwrap(value, definition.run, into, () =>
      this.fail("bad-condition", "has an mkIf whose condition is not a boolean"),
    );
  }

  /** Of attributes: the names that have a definition, sorted. */
  keys(): readonly string[] {
    const shape = this.shape();
    if (shape.is !== "attributes") return [];
    const names = namesOf(shape.definitions);
    return names.filter((name) => this.#isThere(name, shape.of, shape.definitions)).sort();
  }

  /** Below an `mkIf` whose condition does not hold there is nothing. */
  #isThere(name: string, type: OptionType, definitions: readonly CellDefinition[]): boolean {
    return this.#children?.has(name) || this.#definitionsOf(name, type, definitions).length > 0;
  }

  /** Of attributes or elements: the cell below, or undefined. */
  child(name: string): Cell | undefined {
    const shape = this.shape();
    if (shape.is === "attributes") return this.attribute(name, shape.of, shape.definitions);
    if (shape.is === "elements" && !this.#children?.has(name)) this.elements();
    return this.#children?.get(name);
  }

  protected attribute(name: string, type: OptionType, definitions: readonly CellDefinition[]): Cell | undefined {
    const existing = this.#children?.get(name);
    if (existing) return existing;
    const found = this.#definitionsOf(name, type, definitions);
    return found.length === 0 ? undefined : this.#newChild(name, type, found);
  }

  #newChild(name: string, type: OptionType, found: readonly CellDefinition[]): Cell {
    const child = new ElementCell(this, name, type, found);
    this.#children ??= new Map();
    this.#children.set(name, child);
    return child;
  }

  #definitionsOf(name: string, type: OptionType, definitions: readonly CellDefinition[]): CellDefinition[] {
    const found: CellDefinition[] = [];
    let isNamed = false;
    for (const definition of definitions) {
      const attributes = definition.value as Record<string, unknown>;
      if (!Object.hasOwn(attributes, name)) continue;
      isNamed = true;
      this.#unwrap(attributes[name], definition, found);
    }
    if (found.length === 0 && isNamed && type.empty && isLazy(this.type))
      found.push(defaultDefinition(type.empty.value));
    return found;
  }

  *#elementDefinitions(definitions: readonly CellDefinition[]): Generator<CellDefinition[]> {
    for (const definition of definitions) {
      for (const element of definition.value as readonly unknown[]) {
        const found: CellDefinition[] = [];
        this.#unwrap(element, definition, found);
        if (found.length > 0) yield found;
      }
    }
  }

  /** Of a list: a cell for each element, in order. */
  elements(): readonly Cell[] {
    const shape = this.shape();
    if (shape.is !== "elements") return [];
    const cells: Cell[] = [];
    for (const found of this.#elementDefinitions(shape.definitions)) {
      const name = `[${cells.length}]`;
      cells.push(this.#children?.get(name) ?? this.#newChild(name, shape.of, found));
    }
    return cells;
  }

  hasChild(name: string): boolean {
    return this.#children?.has(name) ?? false;
  }

  get hasChildren(): boolean {
    return this.#children !== undefined;
  }

  #attributes(type: OptionType, definitions: readonly CellDefinition[]): unknown {
    const made: Record<string, unknown> = {};
    for (const name of namesOf(definitions).sort()) {
      const found = this.#definitionsOf(name, type, definitions);
      if (found.length > 0) put(made, name, this.#nested(name, type, found));
    }
    return Object.freeze(made);
  }

  #elements(type: OptionType, definitions: readonly CellDefinition[]): unknown {
    const made: unknown[] = [];
    for (const found of this.#elementDefinitions(definitions)) {
      const value = this.#nested(`[${made.length}]`, type, found);
      made.push(value instanceof Failure ? undefined : value);
    }
    return Object.freeze(made);
  }

  #nested(name: string, type: OptionType, found: readonly CellDefinition[]): unknown {
    const existing = this.#children?.get(name);
    if (existing) return existing.value();
    // Most values are plain, with one definition: a cell is made for them only if somebody asks.
    const value = found.length === 1 ? this.scope.pass.direct(type, found[0]!.value, nameIn(name), this) : unusual;
    if (value !== unusual) return value;
    return this.#newChild(name, type, found).value();
  }
}

/** An attribute or a list element: its definitions are known from the start. */
export class ElementCell extends Cell {
  #path: readonly string[] | undefined;

  constructor(
    readonly outer: Cell,
    readonly key: string,
    type: OptionType,
    readonly found: readonly CellDefinition[],
  ) {
    super(outer.scope, type, outer.secret || type.secret === true, outer.depth + 1);
  }

  override get path(): readonly string[] {
    this.#path ??= [...this.outer.path, this.key];
    return this.#path;
  }

  override get name(): string {
    return nameIn(this.key);
  }

  override allDefinitions(): readonly CellDefinition[] {
    return this.found;
  }
}

const nameIn = (key: string): string => (key.startsWith("[") ? key.slice(1, -1) : key);
