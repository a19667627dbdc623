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
  /** Of a `start`: what is done where it runs already, because it differs, too. */
  readonly running?: "restart" | "reload";
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
  const accounts = accountChanges(former, next);
  const etc = changedKeys({ ...former.etc, ...former.etcLinks }, { ...next.etc, ...next.etcLinks });
  const own = withSockets(alone, after);
  const bounced = own.length + etc.length + accounts.length === 0 ? [] : bouncedTargets(names, before, after);
  const units = withStarters([...own, ...bounced].sort((a, b) => (a.unit < b.unit ? -1 : 1)));
  return {
    units: verbs.flatMap((verb) => units.filter((change) => change.verb === verb)),
    etc,
    ...(accounts.length > 0 && { accounts }),
  };
}

const verbs = ["stop", "exchange", "run", "restart", "reload", "start", "keep"] as const;

const isTarget = (unit: string): boolean => unit.endsWith(".target");
/** Stopping it would stop all that is in it, and what it limits a daemon-reload takes over. */
const isSlice = (unit: string): boolean => unit.endsWith(".slice");

/** Stopped and started by every change, with what is part of them. */
function bouncedTargets(names: readonly string[], before: Inside, after: Inside): InnerChange[] {
  const bounces = (inside: Inside, unit: string) =>
    inside.isMeant(unit) && inside.isSet(unit, "X-StopOnReconfiguration");
  return names
    .filter((unit) => isTarget(unit) && bounces(before, unit) && bounces(after, unit))
    .map((unit) => ({ unit, verb: "exchange", because: "X-StopOnReconfiguration" }));
}

function changeOf(unit: string, before: Inside, after: Inside): InnerChange | null {
  const had = before.isMeant(unit);
  if (isApplied(unit, after)) return appliedUnit(unit, before, after);
  if (after.isMasked(unit) || (had && !after.isMeant(unit) && !after.isDefined(unit)))
    return goneUnit(unit, before, after);
  const by = after.wantedBy(unit).filter((other) => !before.wantedBy(unit).includes(other));
  // A target itself does nothing that could be done again.
  const isGroup = isTarget(unit) || isSlice(unit);
  const changed = isGroup ? null : changedUnit(unit, before, after);
  if (by.length === 0) return changed;
  const because = had ? ["newly wanted", changed?.because].filter(Boolean).join("; ") : "new";
  if (after.isSet(unit, "RefuseManualStart"))
    return { unit, verb: "keep", because: `${because}; RefuseManualStart is set` };
  const verb = changed?.verb;
  const replaces = had ? verb === "exchange" : !isGroup && after.isDefined(unit);
  const running = had && (verb === "restart" || verb === "reload") && verb;
  return { unit, verb: "start", because, by, ...(replaces && { replaces }), ...(running && { running }) };
}

function goneUnit(unit: string, before: Inside, after: Inside): InnerChange | null {
  if (before.isMasked(unit) || isSlice(unit)) return null;
  const because = after.isMasked(unit) ? "enable is false" : "no longer declared";
  if (before.isSet(unit, "RefuseManualStop"))
    return { unit, verb: "keep", because: `${because}; RefuseManualStop is set` };
  return { unit, verb: "stop", because };
}

/** Nothing starts it but a change; at boot others do what it does. */
const isApplied = (unit: string, inside: Inside): boolean => inside.isSet(unit, "X-RunIfChanged");

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
  const refusal = refusals.find((key) => after.isSet(unit, key) || before.isSet(unit, key));
  if (refusal !== undefined) return { unit, verb: "keep", because: `${because}; ${refusal} is set` };
  return { unit, verb: setting("X-StopIfChanged") === "no" ? "restart" : "exchange", because };
}

/** systemd stops and starts such a unit only with what needs it. */
const refusals = ["RefuseManualStart", "RefuseManualStop"] as const;

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
