/** JSON schema of a tree of options. */

import type { Module } from "./module.ts";
import type { JsonSchema } from "./option-type.ts";

export function schemaOfModules(_modules: readonly Module[]): JsonSchema {
  return { type: "object" };
}
