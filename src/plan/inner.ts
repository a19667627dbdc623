/**
 * What taking over another toplevel in place does to the units inside a container: from the two recipes alone, so that
 * the plan can say it beforehand. What the units do at that moment is seen inside, and only there: whatever does not run
 * is neither stopped nor restarted. Meaning of the options: NixOS's switch-to-configuration.
 */
import type { ToplevelRecipe } from "../systems/recipe.ts";
import { type AccountChange, accountChanges } from "./inner-accounts.ts";
import { Inside } from "./inside.ts";

export interface InnerChange {
  /** `app.service`; of a template `app@.service`, which stands for all its instances. */
  readonly unit: string;
  /**
   * - `stop`: with its old definition; it stays down.
   * - `exchange`: where it runs, stopped with its old definition and started with the new one.
   * - `run`: a oneshot that brings about what is declared; before anything is restarted or started.
   * - `restart`, `reload`: where it runs.
   * - `start`: where one of `by` runs.
   * - `keep`: it differs and is left as it is.
   */
  readonly verb: "stop" | "exchange" | "run" | "restart" | "reload" | "start" | "keep";
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
  /** Not there where none come, change or go. */
  readonly accounts?: readonly AccountChange[];
}

export function innerChanges(former: ToplevelRecipe, next: ToplevelRecipe): InnerChanges {
  const [before, after] = [new Inside(former), new Inside(next)];
  const names = [...new Set([...before.names(), ...after.names()])].sort();
  const alone = names.flatMap((unit) => changeOf(unit, before, after) ?? []);
  const units = withStarters(withSockets(alone, after));
  const accounts = accountChanges(former, next);
  return {
    units: verbs.flatMap((verb) => units.filter((change) => change.verb === verb)),
    etc: changedKeys({ ...former.etc, ...former.etcLinks }, { ...next.etc, ...next.etcLinks }),
    ...(accounts.length > 0 && { accounts }),
  };
}

const verbs = ["stop", "exchange", "run", "restart", "reload", "start", "keep"] as const;

const isTarget = (unit: string): boolean => unit.endsWith(".target");
/** Stopping it would stop all that is in it, and what it limits a daemon-reload takes over. */
const isSlice = (unit: string): boolean => unit.endsWith(".slice");

function changeOf(unit: string, before: Inside, after: Inside): InnerChange | null {
  const had = before.isMeant(unit);
  const has = after.isMeant(unit);
  if (isApplied(unit, after)) return appliedUnit(unit, before, after);
  if (after.isMasked(unit) || (had && !has && !after.isDefined(unit))) {
    if (before.isMasked(unit) || isSlice(unit)) return null;
    return { unit, verb: "stop", because: after.isMasked(unit) ? "enable is false" : "no longer declared" };
  }
  const by = after.wantedBy(unit).filter((other) => !before.wantedBy(unit).includes(other));
  // A target itself does nothing that could be done again.
  const isGroup = isTarget(unit) || isSlice(unit);
  if (by.length > 0 && !had)
    return { unit, verb: "start", because: "new", by, ...(after.isDefined(unit) && !isGroup && { replaces: true }) };
  const changed = isGroup ? null : changedUnit(unit, before, after);
  return changed ?? (by.length > 0 ? { unit, verb: "start", because: "newly wanted", by } : null);
}

/** Nothing starts it but a change; at boot others do what it does. */
const isApplied = (unit: string, inside: Inside): boolean => inside.setting(unit, "X-RunIfChanged") === "yes";

function appliedUnit(unit: string, before: Inside, after: Inside): InnerChange | null {
  if (before.changes(unit, after).length === 0) return null;
  return { unit, verb: "run", because: before.isDefined(unit) ? "what it applies changed" : "new" };
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
  // Mounted again with other options, in place.
  if (unit.endsWith(".mount") && keys.every((key) => key === "Mount.Options")) return { unit, verb: "reload", because };
  return { unit, verb: setting("X-StopIfChanged") === "no" ? "restart" : "exchange", because };
}

/**
 * A socket cannot be started while its service runs, and one that stayed would start the old service again before the
 * new one is there: both are exchanged.
 */
function withSockets(changes: readonly InnerChange[], after: Inside): InnerChange[] {
  const all = new Map(changes.map((change) => [change.unit, change]));
  for (const [socket, service] of after.sockets()) {
    const [own, its] = [all.get(socket), all.get(service)];
    if (own?.verb === "exchange" || own?.verb === "start") {
      if (own.verb === "exchange" && after.setting(service, "X-RestartIfChanged") === "no") {
        all.set(socket, {
          unit: socket,
          verb: "keep",
          because: `${own.because}; restartIfChanged of ${service} is false`,
        });
      } else if (its === undefined || its.verb === "restart" || its.verb === "reload") {
        const because = `its socket ${socket} ${own.verb === "start" ? "is new" : "changed"}`;
        all.set(service, { unit: service, verb: "exchange", because });
      }
    } else if (own === undefined && its?.verb === "exchange") {
      all.set(socket, { unit: socket, verb: "exchange", because: `${service} changed, which it starts` });
    }
  }
  return [...all.values()].sort((a, b) => (a.unit < b.unit ? -1 : 1));
}

/** What is wanted by a target that starts now is wanted by what starts that. */
function withStarters(changes: readonly InnerChange[]): InnerChange[] {
  const starters = new Map(changes.flatMap(({ unit, verb, by = [] }) => (verb === "start" ? [[unit, by]] : [])));
  const all = (unit: string, seen: Set<string>): Set<string> => {
    for (const other of starters.get(unit) ?? []) if (!seen.has(other)) all(other, seen.add(other));
    return seen;
  };
  return changes.map((change) =>
    change.verb === "start" ? { ...change, by: [...all(change.unit, new Set())] } : change,
  );
}

const reloadTriggers = "X-Reload-Triggers";

/** Restarted, it would take everybody's connection along, that by which we ask for the restart too. */
const isBus = (unit: string): boolean => /^dbus(-broker)?\.service$/.test(unit);

/** `Service.ExecStart` → "ExecStart". */
function showKey(key: string): string {
  const name = key.slice(key.indexOf(".") + 1);
  return name === "X-Restart-Triggers" ? "its scripts or restartTriggers" : name;
}

function changedKeys(former: Readonly<Record<string, unknown>>, next: Readonly<Record<string, unknown>>): string[] {
  const keys = [...new Set([...Object.keys(former), ...Object.keys(next)])].sort();
  return keys.filter((key) => JSON.stringify(former[key]) !== JSON.stringify(next[key]));
}
