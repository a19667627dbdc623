/**
 * What taking over another toplevel in place does to the units inside a container: from the two recipes alone, so that
 * the plan can say it beforehand. What the units do at that moment is seen inside, and only there: whatever does not run
 * is neither stopped nor restarted. Meaning of the options: NixOS's switch-to-configuration.
 */
import type { ToplevelRecipe } from "../systems/recipe.ts";
import { compare, parse, type Unit } from "../units/index.ts";

export interface InnerChange {
  /** `app.service`; of a template `app@.service`, which stands for all its instances. */
  readonly unit: string;
  /**
   * - `stop`: with its old definition; it stays down.
   * - `exchange`: where it runs, stopped with its old definition and started with the new one.
   * - `restart`, `reload`: where it runs.
   * - `start`: where one of `by` runs.
   * - `keep`: it differs and is left as it is.
   */
  readonly verb: "stop" | "exchange" | "restart" | "reload" | "start" | "keep";
  readonly because: string;
  /** Of a `start`: the units that want it. */
  readonly by?: readonly string[];
  /** Of a `start`: its definition is ours, and new: where a package's runs already, that one is exchanged. */
  readonly replaces?: true;
}

export interface InnerChanges {
  /** By verb in the order of {@link InnerChange}, then by name. */
  readonly units: readonly InnerChange[];
  /** Paths below /etc whose file is new, gone or another. */
  readonly etc: readonly string[];
}

export function innerChanges(former: ToplevelRecipe, next: ToplevelRecipe): InnerChanges {
  const [before, after] = [new Inside(former), new Inside(next)];
  const names = [...new Set([...before.names(), ...after.names()])].sort();
  const units = names.flatMap((unit) => changeOf(unit, before, after) ?? []);
  return {
    units: verbs.flatMap((verb) => units.filter((change) => change.verb === verb)),
    etc: changedKeys({ ...former.etc, ...former.etcLinks }, { ...next.etc, ...next.etcLinks }),
  };
}

const verbs = ["stop", "exchange", "restart", "reload", "start", "keep"] as const;

/** Reached by targets and slices are other units: these themselves do nothing that could be done again. */
const isGroup = (unit: string): boolean => /\.(target|slice)$/.test(unit);

function changeOf(unit: string, before: Inside, after: Inside): InnerChange | null {
  if (isGroup(unit)) return null;
  const had = before.isMeant(unit);
  const has = after.isMeant(unit);
  if (after.isMasked(unit)) return before.isMasked(unit) ? null : { unit, verb: "stop", because: "enable is false" };
  if (had && !has && !after.isDefined(unit)) return { unit, verb: "stop", because: "no longer declared" };
  const by = after.wantedBy(unit).filter((other) => !before.wantedBy(unit).includes(other));
  if (by.length > 0 && !had)
    return { unit, verb: "start", because: "new", by, ...(after.isDefined(unit) && { replaces: true }) };
  return (
    changedUnit(unit, before, after) ?? (by.length > 0 ? { unit, verb: "start", because: "newly wanted", by } : null)
  );
}

/** null where nothing differs that matters to what runs. */
function changedUnit(unit: string, before: Inside, after: Inside): InnerChange | null {
  const keys = before.changes(unit, after);
  const setting = (key: string) => after.setting(unit, key);
  if (keys.length === 0)
    return before.setting(unit, reloadTriggers) === setting(reloadTriggers) || setting(reloadTriggers) === null
      ? null
      : { unit, verb: "reload", because: "its reloadTriggers changed" };
  // Nothing starts it: it runs only where a package's of that name did.
  const because = before.isDefined(unit) ? `${keys.map(showKey).join(", ")} changed` : "declared now";
  if (setting("X-RestartIfChanged") === "no")
    return { unit, verb: "keep", because: `${because}; restartIfChanged is false` };
  if (setting("X-ReloadIfChanged") === "yes" || isBus(unit)) return { unit, verb: "reload", because };
  return { unit, verb: setting("X-StopIfChanged") === "no" ? "restart" : "exchange", because };
}

const reloadTriggers = "X-Reload-Triggers";

/** Restarted, it would take everybody's connection along, that by which we ask for the restart too. */
const isBus = (unit: string): boolean => /^dbus(-broker)?\.service$/.test(unit);

/** `Service.ExecStart` → "ExecStart". */
function showKey(key: string): string {
  const name = key.slice(key.indexOf(".") + 1);
  return name === "X-Restart-Triggers" ? "its scripts or restartTriggers" : name;
}

/** A toplevel as the units in it, by name. */
class Inside {
  readonly #recipe: ToplevelRecipe;
  readonly #wants = new Map<string, string[]>();
  readonly #masked = new Set<string>();

  constructor(recipe: ToplevelRecipe) {
    this.#recipe = recipe;
    for (const [link, target] of Object.entries(recipe.unitLinks)) {
      const [, by, unit] = /^(.+)\.(?:wants|requires)\/([^/]+)$/.exec(link) ?? [];
      if (by !== undefined && unit !== undefined) this.#want(unit, by);
      else if (target === "/dev/null") this.#masked.add(link);
    }
    for (const path of Object.keys(recipe.units)) {
      const [, by, unit] = /^(.+)\.d\/upholds-(.+)\.conf$/.exec(path) ?? [];
      if (by !== undefined && unit !== undefined) this.#want(unit, by);
    }
  }

  #want(unit: string, by: string): void {
    this.#wants.set(unit, [...(this.#wants.get(unit) ?? []), by].sort());
  }

  names(): string[] {
    const defined = Object.keys(this.#recipe.units).flatMap((path) => {
      if (!path.includes("/")) return path;
      return isUpholder(path) ? [] : (/^(.+)\.d\//.exec(path)?.[1] ?? []);
    });
    return [...new Set([...defined, ...this.#wants.keys(), ...this.#masked])];
  }

  isMasked(unit: string): boolean {
    return this.#masked.has(unit);
  }

  /** It is ours whole, or something of ours starts it. */
  isMeant(unit: string): boolean {
    return !this.isMasked(unit) && (this.#recipe.units[unit] !== undefined || this.#wants.has(unit));
  }

  /** It has a definition of ours: whole, or keys that are added to a unit that a package brings. */
  isDefined(unit: string): boolean {
    return this.#texts(unit).length > 0;
  }

  wantedBy(unit: string): readonly string[] {
    return this.isMasked(unit) ? [] : (this.#wants.get(unit) ?? []);
  }

  /** What differs, as `Section.Key`. */
  changes(unit: string, other: Inside): string[] {
    const comparison = compare(this.#whole(unit), other.#whole(unit));
    return comparison === "equal" ? [] : [...comparison.changed];
  }

  setting(unit: string, key: string): string | null {
    const value = this.#whole(unit).sections.Unit?.[key];
    return typeof value === "string" ? value : Array.isArray(value) ? String(value.at(-1)) : null;
  }

  /** Its file and drop-ins, its template's before them, as systemd reads them. */
  #texts(unit: string): string[] {
    const template = unit.replace(/@.+(?=\.[a-z]+$)/, "@");
    const names = template === unit ? [unit] : [template, unit];
    return names.flatMap((name) => {
      const own = this.#recipe.units[name];
      const added = Object.entries(this.#recipe.units).filter(
        ([path]) => path.startsWith(`${name}.d/`) && !isUpholder(path),
      );
      return [...(own === undefined ? [] : [own]), ...added.map(([, text]) => text)];
    });
  }

  #whole(unit: string): Unit {
    return parse(unit, this.#texts(unit).join("\n"));
  }
}

/** A drop-in by which one unit keeps another running: about the other, not the one that it stands in. */
const isUpholder = (path: string): boolean => /\.d\/upholds-[^/]+\.conf$/.test(path);

function changedKeys(former: Readonly<Record<string, unknown>>, next: Readonly<Record<string, unknown>>): string[] {
  const keys = [...new Set([...Object.keys(former), ...Object.keys(next)])].sort();
  return keys.filter((key) => JSON.stringify(former[key]) !== JSON.stringify(next[key]));
}
