import type { CellDefinition } from "./cell-definitions.ts";
import type { Failure } from "./failure.ts";
import { Conflict, type OptionType } from "./option-type.ts";
import type { Scope } from "./scope.ts";
import { messageOf } from "./show.ts";

/** What the definitions of a cell turn out to be, once its type has looked at them. */
export type Shape =
  | { readonly is: "value"; readonly value: unknown }
  | { readonly is: "attributes" | "elements"; readonly of: OptionType; readonly definitions: readonly CellDefinition[] }
  | { readonly is: "scope"; readonly scope: Scope }
  | { readonly is: "failure"; readonly failure: Failure };

/** Functions of types, such as that of `coercedTo`, are other people's. */
export function attempt<T>(work: () => T): T | Conflict {
  try {
    return work();
  } catch (error) {
    return new Conflict(`cannot be merged: ${messageOf(error)}`, undefined, "type-error");
  }
}
