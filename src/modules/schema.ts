/** JSON schema (2020-12) of options, for editors and programs that write a configuration as JSON. */
import { type DeclaredOption, isGroup, type OptionGroup } from "./declared.ts";
import { collectedOf } from "./instance.ts";
import type { Module } from "./module.ts";
import type { JsonSchema } from "./option-type.ts";
import { isPlainObject } from "./same.ts";

// A submodule that contains itself would have a schema without end.
const inProgress = new Set<readonly Module[]>();

/** Of definitions of all options that the modules declare. */
export function schemaOfModules(modules: readonly Module[]): JsonSchema {
  if (inProgress.has(modules)) return { type: "object" };
  inProgress.add(modules);
  try {
    const { tree, freeform } = collectedOf({ modules, specialArgs: {} });
    return { ...groupSchema(tree), additionalProperties: freeform?.option.type.schema().additionalProperties ?? false };
  } finally {
    inProgress.delete(modules);
  }
}

/** The schema as a document of its own. */
export function optionsSchema(modules: readonly Module[]): JsonSchema {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...schemaOfModules(modules) };
}

function groupSchema(group: OptionGroup): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [name, member] of group.members) {
    if (isGroup(member)) {
      if (name !== "_module") properties[name] = { ...groupSchema(member), additionalProperties: false };
    } else if (isDocumented(member)) properties[name] = optionSchema(member);
  }
  return { type: "object", properties };
}

export const isDocumented = ({ option }: DeclaredOption): boolean =>
  option.internal !== true && option.visible !== false;

function optionSchema({ option }: DeclaredOption): JsonSchema {
  const { description, example, type } = option;
  return {
    ...type.schema(),
    ...(description !== undefined && { description }),
    ...("default" in option && isJson(option.default) && !type.secret && { default: option.default }),
    ...(example !== undefined && isJson(example) && { examples: [example] }),
    ...(option.deprecated !== undefined && { deprecated: true }),
  };
}

function isJson(value: unknown): boolean {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every(isJson);
  return isPlainObject(value) && Object.values(value).every(isJson);
}
