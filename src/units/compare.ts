/**
 * Whether two units would run alike. Parsed values are compared, never text; what systemd takes over by a daemon-reload
 * alone is not a difference.
 */
import { linesOf } from "./render.ts";
import type { Unit, UnitSection, UnitValue } from "./unit.ts";
import { splitWords } from "./words.ts";
import { writtenJson } from "./written.ts";

/** "equal", or what differs as `Section.Key`, sorted. */
export type Comparison = "equal" | { readonly changed: readonly string[] };

/**
 * Keys of [Unit] that matter to people or to the manager, not to the processes that run: a daemon-reload is enough for
 * them. As in NixOS's switch-to-configuration.
 */
const takenOverByReload = new Set(
  "Description Documentation SourcePath OnFailure OnFailureJobMode OnSuccess OnSuccessJobMode IgnoreOnIsolate StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate CollectMode".split(
    " ",
  ),
);

/** Lists of words in which neither the order nor the spreading over lines means anything. */
const wordSets = new Set(
  "After Before Wants Requires Requisite BindsTo PartOf Upholds Conflicts PropagatesReloadTo ReloadPropagatedFrom PropagatesStopTo StopPropagatedFrom JoinsNamespaceOf RequiresMountsFor WantsMountsFor".split(
    " ",
  ),
);

/** What is left out: [Install], sections and keys of the form `X-…`, but not the triggers, which exist to differ. */
export function compare(a: Unit, b: Unit): Comparison {
  // Mostly they are, and then nothing needs to be looked at one by one.
  if (identical(a, b)) return "equal";
  const names = [...new Set([...Object.keys(a.sections), ...Object.keys(b.sections)])];
  const changed = names
    .filter((name) => name !== "Install" && !name.startsWith("X-"))
    .flatMap((name) => changedKeys(name, a.sections[name], b.sections[name]));
  return changed.length === 0 ? "equal" : { changed: changed.sort() };
}

/** Whether two units are made of the same values; where it says no they may still mean the same to systemd. */
export function identical(a: Unit, b: Unit): boolean {
  if (a === b) return true;
  // Most of what was compiled is as it was stored: then its value need not even be made.
  const json = writtenJson(b);
  return (json !== undefined && JSON.stringify(a.sections) === json) || alike(a.sections, b.sections);
}

/** Made of the same values. Where it says no they may still mean the same. */
function alike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [ofA, ofB] = [a, b] as Readonly<Record<string, unknown>>[];
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => alike(ofA?.[key], ofB?.[key]));
}

function changedKeys(name: string, a: UnitSection = {}, b: UnitSection = {}): string[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys
    .filter((key) => matters(name, key) && JSON.stringify(a[key]) !== JSON.stringify(b[key]))
    .filter((key) => canonical(name, key, a[key]) !== canonical(name, key, b[key]))
    .map((key) => `${name}.${key}`);
}

function matters(section: string, key: string): boolean {
  if (key === "X-Restart-Triggers") return true;
  // Read at the next reload, by whatever runs then.
  if (section === "Service" && key === "ExecReload") return false;
  return !key.startsWith("X-") && !(section === "Unit" && takenOverByReload.has(key));
}

/** Whether two values of a key mean the same to systemd. */
export const sameValue = (section: string, key: string, a: UnitValue | undefined, b: UnitValue | undefined): boolean =>
  (a === undefined) === (b === undefined) && canonical(section, key, a) === canonical(section, key, b);

function canonical(section: string, key: string, value: UnitValue | undefined): string {
  const lines = value === undefined ? [] : linesOf(value).map((line) => line.trim());
  if (section !== "Unit" || !wordSets.has(key) || lines.includes("")) return JSON.stringify(lines);
  return JSON.stringify([...new Set(lines.flatMap(splitWords))].sort());
}
