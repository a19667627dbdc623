/** What the modules of a submodule type define in each instance, `mountPoint: mkOptionDefault(name)`, by the short way. */
import type { Collected } from "./collect.ts";
import { type DeclaredOption, isGroup } from "./declared.ts";
import { isWrapper, Override, priorities } from "./definition.ts";
import { configAt } from "./gate.ts";
import { lib } from "./lib.ts";
import { isPlainObject } from "./same.ts";
import { unusual } from "./unusual.ts";

/** Thrown to a module that reads something of an evaluation: for that it needs a scope. */
class NeedsScope extends Error {}

const scoped = new WeakSet<Collected>();

/** Whether a module of the set was seen to read `config` or the like. */
export const needsScope = (collected: Collected): boolean => scoped.has(collected);

/** The set whose module is running without a scope. */
let running: Collected | undefined;

/** Handles that outlive a module's run ask this before they answer. @throws where nothing can be read now */
export function askForScope(): void {
  if (running === undefined) return;
  scoped.add(running);
  throw new NeedsScope();
}

type Values = Readonly<Record<string, unknown>>;

/**
 * The values that count beside those given from outside; or {@link unusual} where one must be merged with another, or is
 * computed from more than the instance's name.
 */
export function ownValues(
  collected: Collected,
  known: Values,
  given: Values,
): Record<string, unknown> | typeof unusual {
  const own: Record<string, unknown> = {};
  for (const { definitions, when } of collected.defining) {
    // Its gate is shut, or nobody would ask here (direct.ts).
    if (when) continue;
    const made = "fixed" in definitions ? definitions.fixed : computed(collected, definitions.compute, known);
    if (made === undefined) continue;
    if (!isPlainObject(made)) return unusual;
    for (const name of Object.keys(made)) {
      const member = collected.tree.members.get(name);
      if (member === undefined || isGroup(member) || Object.hasOwn(own, name)) return unusual;
      const value = counting(made[name], member, given[name]);
      if (value === unusual) return unusual;
      if (value !== undefined) own[name] = value;
    }
  }
  return own;
}

/** The value of one definition where it wins alone; undefined where it loses. */
function counting(definition: unknown, { option }: DeclaredOption, given: unknown): unknown {
  if (definition === undefined || isWrapper(given)) return given === undefined ? undefined : unusual;
  const { value, priority } =
    definition instanceof Override ? definition : { value: definition, priority: priorities.plain };
  if (isWrapper(value)) return unusual;
  if (given !== undefined) return priority > priorities.plain ? undefined : unusual;
  return priority >= priorities.optionDefault && "default" in option ? unusual : value;
}

function computed(
  collected: Collected,
  compute: (args: object) => { readonly config: unknown },
  known: Values,
): unknown {
  const args = new Proxy(known, {
    get(_target, name: string | symbol) {
      if (name === "lib") return lib;
      if (Object.hasOwn(known, name) && name !== "config" && name !== "options") return known[name as string];
      return typeof name === "symbol" && name !== configAt ? undefined : askForScope();
    },
  });
  const outer = running;
  running = collected;
  try {
    const { config } = compute(args);
    // Looked at after it has returned: it may have caught what was thrown.
    return scoped.has(collected) ? unusual : config;
  } finally {
    running = outer;
  }
}
