/** One evaluation of one set of modules within a pass: the host's own, or one instance of a submodule. */
import { OptionCell } from "./cell.ts";
import type { Collected } from "./collect.ts";
import type { DeclaredOption } from "./declared.ts";
import { isGroup } from "./declared.ts";
import type { Pass } from "./pass.ts";
import { Run } from "./run.ts";
import type { Source } from "./source.ts";

export interface ScopeSpec {
  readonly pass: Pass;
  readonly collected: Collected;
  /** Of the whole evaluation: `["containers", "web"]`. */
  readonly path: readonly string[];
  readonly parent: Scope | undefined;
  /** Definitions given from outside, each a module of its own, with the run that gave it. */
  readonly given: readonly { readonly source: Source; readonly from: Run | undefined }[];
  /** `specialArgs`, and `name` in a submodule. */
  readonly known: Readonly<Record<string, unknown>>;
  /** Values in it are not shown. */
  readonly secret?: boolean;
}

export class Scope {
  readonly pass: Pass;
  readonly collected: Collected;
  readonly path: readonly string[];
  readonly parent: Scope | undefined;
  readonly known: Readonly<Record<string, unknown>>;
  readonly secret: boolean;
  readonly runs: readonly Run[];
  readonly #cells = new Map<DeclaredOption, OptionCell>();

  constructor(spec: ScopeSpec) {
    this.pass = spec.pass;
    this.collected = spec.collected;
    this.path = spec.path;
    this.parent = spec.parent;
    this.known = spec.known;
    this.secret = spec.secret ?? false;
    const sources = spec.collected.sources;
    const runs: Run[] = [];
    for (const source of sources) runs.push(new Run(this, source, runs.length, undefined));
    for (const { source, from } of spec.given) runs.push(new Run(this, source, runs.length, from));
    this.runs = runs;
    spec.pass.scopes.push(this);
  }

  cell(option: DeclaredOption): OptionCell {
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
    return this.collected.freeform && this.cell(this.collected.freeform);
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

  /** Runs of this scope that may define the option, or one attribute of it. */
  definers(option: DeclaredOption, key?: string): Run[] {
    return this.runs.filter((run) => run.mayDefine(option, key));
  }
}
