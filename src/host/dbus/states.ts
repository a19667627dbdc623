/** How units stand: the same answers as by systemctl, from the properties themselves. */
import type { Activity, UnitState } from "../systemd.ts";
import { momentOf } from "../unit-states.ts";
import { type ListedUnit, type Manager, orElse, typeOf, unitPath } from "./manager.ts";
import { patternsOf } from "./unit-names.ts";
import type { Value } from "./values.ts";

/** Units of one call that loads those that are not loaded. */
const unitsPerCall = 1000;

export async function activityOf(manager: Manager, units: readonly string[]): Promise<Record<string, Activity>> {
  const loaded = new Map((await manager.loadedUnits(patternsOf(units))).map((one) => [one.unit, one]));
  return Object.fromEntries(
    units.map((unit) => {
      const { active, sub } = loaded.get(unit) ?? { active: "inactive", sub: "dead" };
      return [unit, { active, sub }];
    }),
  );
}

export async function statesOf(manager: Manager, units: readonly string[]): Promise<Record<string, UnitState>> {
  const states: Record<string, UnitState> = {};
  for (let from = 0; from < units.length; from += unitsPerCall) {
    const some = units.slice(from, from + unitsPerCall);
    // In the order of the names: a unit of several names answers by its first one.
    const listed = await manager.units(some);
    const found = await Promise.all(listed.map((one, index) => stateOf(manager, some[index] ?? one.unit, one)));
    for (const state of found) states[state.unit] = state;
  }
  return states;
}

async function stateOf(manager: Manager, unit: string, { load, active, sub }: ListedUnit): Promise<UnitState> {
  const path = unitPath(unit);
  const get = async <T extends Value>(of: string, property: string, otherwise: T): Promise<T> =>
    load === "not-found" && active === "inactive"
      ? otherwise
      : manager.get(path, of, property).then((value) => value as T, orElse(otherwise));
  const [type, none] = [typeOf(unit), new Uint8Array()];
  const [result, mainPid, mainStatus, entered, invocation] = await Promise.all([
    get(type, "Result", "success"),
    get(type, "MainPID", 0),
    get(type, "ExecMainStatus", 0),
    get("Unit", "ActiveEnterTimestamp", 0n),
    get<Uint8Array>("Unit", "InvocationID", none),
  ]);
  const restarts = active === "activating" ? { restarts: await get(type, "NRestarts", 0) } : {};
  const isOfAnother = mainStatus === 0 && result !== "success";
  const around = isOfAnother
    ? await Promise.all(["ExecStartPre", "ExecStartPost"].map((name) => get<readonly Value[]>(type, name, [])))
    : [];
  return {
    unit,
    load,
    active,
    sub,
    result,
    mainPid,
    exitStatus: mainStatus || failedCommand(around.flat() as unknown as readonly Command[]),
    invocation: Buffer.from(invocation).toString("hex"),
    since: active === "active" ? momentOf(entered) : null,
    ...restarts,
  };
}

/** A command around the main one: its path, its arguments, whether its failure counts, when it ran, how it ended. */
type Command = readonly [string, string[], boolean, bigint, bigint, bigint, bigint, number, number, number];

/** Of the first that failed and counts, or 0. */
function failedCommand(commands: readonly Command[]): number {
  return commands.find((command) => !command[2] && command[9] !== 0)?.[9] ?? 0;
}
