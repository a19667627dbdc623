/** One evaluation of one set of modules within a pass: the host's own, or one instance of a submodule. */
import type { Cell } from "./cell.ts";
import type { Collected } from "./collect.ts";
import { type DeclaredOption, isGroup } from "./declared.ts";
import { OptionCell } from "./option-cell.ts";
import type { Pass } from "./pass.ts";
import { Run } from "./run.ts";
import type { Source } from "./source.ts";

export interface ScopeSpec {
  readonly pass: Pass;
  readonly collected: Collected;
  /** Of a submodule: the cell whose value it is. */
  readonly cell: Cell | undefined;
  /** Definitions given from outside, each a module of its own, with the run that gave it. */
  readonly given: readonly { readonly source: Source; readonly from: Run | undefined }[];
  /** `specialArgs`, and `name` in a submodule. */
  readonly known: Readonly<Record<string, unknown>>;
}

export class Scope {
  readonly pass: Pass;
  readonly collected: Collected;
  readonly cell: Cell | undefined;
  readonly known: Readonly<Record<string, unknown>>;
  readonly runs: readonly Run[];
  readonly #cells = new Map<DeclaredOption, OptionCell>();

  constructor(spec: ScopeSpec) {
    this.pass = spec.pass;
    this.collected = spec.collected;
    this.cell = spec.cell;
    this.known = spec.known;
    const runs: Run[] = [];
    for (const source of spec.collected.defining) runs.push(new Run(this, source, runs.length, undefined));
    for (const { source, from } of spec.given) runs.push(new Run(this, source, runs.length, from));
    this.runs = runs;
    spec.pass.scopes.push(this);
  }

  /** Of the whole evaluation: `["containers", "web"]`. */
  get path(): readonly string[] {
    return this.cell ? this.cell.path : [];
  }

  get depth(): number {
    return this.cell ? this.cell.depth : 0;
  }

  /** Values in it are not shown. */
  get secret(): boolean {
    return this.cell?.secret ?? false;
  }

  get parent(): Scope | undefined {
    return this.cell?.scope;
  }

  optionCell(option: DeclaredOption): OptionCell {
    let cell = this.#cells.get(option);
    if (!cell) {
      cell = new OptionCell(this, option);
      this.#cells.set(option, cell);
    }
    return cell;
  }

  existingCell(option: DeclaredOption): OptionCell | undefined {
    return this.#cells.get(option);
  }

  get freeformCell(): OptionCell | undefined {
    return this.collected.freeform && this.optionCell(this.collected.freeform);
  }

  /** The option at a path within this scope, and what of the path is left below it. */
  find(path: readonly string[]): { option: DeclaredOption; rest: readonly string[] } | undefined {
    let group = this.collected.tree;
    for (const [index, name] of path.entries()) {
      const member = group.members.get(name);
      if (member === undefined) break;
      if (!isGroup(member)) return { option: member, rest: path.slice(index + 1) };
      group = member;
    }
    const { freeform } = this.collected;
    return freeform && { option: freeform, rest: path };
  }
}
