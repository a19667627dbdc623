/** The cell of an option: its definitions are those of the modules of its scope, which are run when they are asked for. */
import type { Place } from "../error.ts";
import { Cell } from "./cell.ts";
import { type CellDefinition, defaultDefinition, winning } from "./cell-definitions.ts";
import type { DeclaredOption } from "./declared.ts";
import { orders, priorities } from "./definition.ts";
import { Failure } from "./failure.ts";
import type { Extent } from "./hints.ts";
import { isSignal, Knot } from "./pass.ts";
import { discharge } from "./scatter.ts";
import type { Scope } from "./scope.ts";
import { messageOf } from "./show.ts";

export class OptionCell extends Cell {
  #all: readonly CellDefinition[] | undefined;
  #path: readonly string[] | undefined;

  constructor(
    scope: Scope,
    readonly declared: DeclaredOption,
  ) {
    const { type } = declared.option;
    super(scope, type, scope.secret || type.secret === true, scope.depth + declared.path.length);
  }

  override get path(): readonly string[] {
    this.#path ??= [...this.scope.path, ...this.declared.path];
    return this.#path;
  }

  override get name(): string {
    return this.declared.path.at(-1) ?? this.scope.path.at(-1) ?? "";
  }

  override get declarationPlace(): Place | undefined {
    return this.declared.places[0];
  }

  override allDefinitions(): readonly CellDefinition[] {
    this.#all ??= this.#gather(undefined);
    return this.#all;
  }

  /** Whether something was read that a further definition to this extent would change. */
  wasAsked(extent: Extent): boolean {
    if (this.#all) return true;
    return extent === "whole" ? this.hasChildren : [...extent].some((key) => this.hasChild(key));
  }

  #gather(key: string | undefined): readonly CellDefinition[] {
    const { declared, scope } = this;
    for (const run of scope.runs) {
      if (run.isBusy && run.mayDefine(declared, key)) throw new Knot();
    }
    const found: CellDefinition[] = [];
    for (const definition of defaultDefinitions(declared)) found.push(definition);
    for (const run of scope.runs) {
      if (run.state === "pending" && run.mayDefine(declared, key)) scope.pass.need(run);
      if (run.state !== "done") continue;
      const definitions = run.definitions(declared);
      if (definitions) for (const definition of definitions) found.push(definition);
    }
    return found;
  }

  /**
   * An attribute can be known before the whole option is: only the modules that may define this attribute are needed.
   * Not so where definitions without a priority of their own are missing, as others could then win over all of them.
   */
  override child(name: string): Cell | undefined {
    const { merging } = this.type;
    if (this.#all || merging.by !== "attributes") return super.child(name);
    const counting = winning(this.#gather(name));
    const isSettled = counting.length > 0 && counting[0]!.priority <= priorities.plain;
    if (!isSettled || counting.some((definition) => !this.type.check(definition.value))) return super.child(name);
    return this.attribute(name, merging.element, counting);
  }

  protected override build(): unknown {
    const { apply, readOnly } = this.declared.option;
    if (readOnly && this.allDefinitions().length > 1) {
      return this.fail("read-only", "is read-only and has more than one definition", this.allDefinitions());
    }
    const value = super.build();
    if (apply === undefined || value instanceof Failure) return value;
    try {
      return apply(value);
    } catch (error) {
      if (isSignal(error)) throw error;
      return this.fail("apply-error", `cannot be applied: ${messageOf(error)}`, this.definitions());
    }
  }
}

/** The default of an option as the definition that it is. */
export function defaultDefinitions({ option, computedDefault }: DeclaredOption): readonly CellDefinition[] {
  if (!("default" in option) || computedDefault) return [];
  const { default: value } = option;
  if (typeof value !== "object" || value === null) return [defaultDefinition(value)];
  const found: CellDefinition[] = [];
  const emit = (bare: unknown, priority: number, order: number) =>
    found.push({ value: bare, priority, order, run: undefined });
  discharge(value, priorities.optionDefault, orders.plain, emit, () => {});
  return found;
}
