import type { Cell } from "./cell.ts";
import type { CellDefinition } from "./cell-definitions.ts";

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
