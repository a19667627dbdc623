/** The defaults of a set of modules, as far as all its instances share them. */
import { Cell } from "./cell.ts";
import type { CellDefinition } from "./cell-definitions.ts";
import type { Collected } from "./collect.ts";
import { allOptions, type DeclaredOption, isGroup, type OptionGroup } from "./declared.ts";
import { Failure } from "./failure.ts";
import { defaultDefinitions } from "./option-cell.ts";
import type { OptionType } from "./option-type.ts";
import type { Scope } from "./scope.ts";

/** An option with nothing but its default. */
class TrialCell extends Cell {
  constructor(
    near: Scope,
    readonly declared: DeclaredOption,
  ) {
    super(near, declared.option.type, false, 0);
  }

  override get path(): readonly string[] {
    return this.declared.path;
  }

  override get name(): string {
    return this.path.at(-1) ?? "";
  }

  override allDefinitions(): readonly CellDefinition[] {
    return defaultDefinitions(this.declared);
  }
}

const settled = new WeakSet<Collected>();

/**
 * Most options of most instances of a submodule have their defaults: these are merged once, for all instances.
 * @param near a scope of the pass
 */
export function settleDefaults(collected: Collected, near: Scope): void {
  if (settled.has(collected)) return;
  settled.add(collected);
  for (const declared of allOptions(collected.tree)) {
    const { option, computedDefault } = declared;
    if (!("default" in option) || computedDefault || !isShareable(option.type, option.default)) continue;
    const trial = new TrialCell(near, declared);
    const failures = near.pass.failures.length;
    const value = trial.value();
    // What is wrong is told where the option is used.
    near.pass.failures.length = failures;
    // What `apply` makes of it may hang on the moment: it is asked in each instance.
    if (!(value instanceof Failure) && !option.apply) declared.settledDefault = { value };
  }
}

/** A submodule has values of its own in each instance: its name, for one. */
function isShareable(type: OptionType, value: unknown): boolean {
  const isEmpty = value === null || (typeof value === "object" && Object.keys(value).length === 0);
  return isEmpty ? type.merging.by !== "modules" : !holdsModules(type);
}

function holdsModules({ merging }: OptionType): boolean {
  switch (merging.by) {
    case "modules":
      return true;
    case "attributes":
    case "elements":
      return holdsModules(merging.element);
    case "choice":
      return merging.types.some(holdsModules);
    default:
      return false;
  }
}

/** The object of a group with all defaults in place. */
interface Template {
  /** Frozen inside; what has no settled default is null. */
  readonly object: Readonly<Record<string, unknown>>;
  /** As JSON, with null for each member. */
  readonly blank: string;
  /** Members without a settled default, or with such a member in them. */
  readonly open: readonly string[];
  /** All options without a settled default, in groups too. */
  readonly openOptions: readonly DeclaredOption[];
}

const templates = new WeakMap<OptionGroup, Template>();

/**
 * The values of an instance that defines nothing, to be filled in. V8 gives objects of the JSON parser one hidden class
 * however many keys there are, and keeps to it. Not by spread, which is quicker: what that gives gets a hidden class of its
 * own with the first value that is put in, and whatever reads a thousand such looks up each key of each.
 */
export const copyOf = ({ blank, object }: Template): Record<string, unknown> =>
  Object.assign(JSON.parse(blank), object);

/** Only what is defined has to be looked at then. Call {@link settleDefaults} before. */
export function templateOf(group: OptionGroup): Template {
  let template = templates.get(group);
  if (!template) {
    template = makeTemplate(group);
    templates.set(group, template);
  }
  return template;
}

function makeTemplate(group: OptionGroup): Template {
  const members = [...group.members].filter(([name]) => name !== "_module" && name !== "__proto__");
  const blank = `{${members.map(([name]) => `${JSON.stringify(name)}:null`).join(",")}}`;
  const object = JSON.parse(blank);
  const open: string[] = [];
  const openOptions: DeclaredOption[] = [];
  for (const [name, member] of members) {
    if (isGroup(member)) {
      const inner = templateOf(member);
      object[name] = Object.freeze(copyOf(inner));
      if (inner.open.length > 0) open.push(name);
      openOptions.push(...inner.openOptions);
    } else if (member.settledDefault) object[name] = member.settledDefault.value;
    else {
      open.push(name);
      openOptions.push(member);
    }
  }
  return { object, blank, open, openOptions };
}
