/** Unit states for what is shown. On a machine without systemd nothing runs, and that is an answer too. */
import type { Standing } from "../host/dbus/standing.ts";
import { isBooted, type UnitState } from "../host/systemd.ts";
import type { Session } from "./session.ts";
import { systemdOf } from "./systemd.ts";

export async function unitStates(
  session: Session,
  units: readonly string[],
): Promise<Readonly<Record<string, UnitState>>> {
  return units.length === 0 || !isBooted() ? {} : systemdOf(session).states(units);
}

/** Less than {@link unitStates}, of many units in little time. */
export async function unitStandings(
  session: Session,
  units: readonly string[],
): Promise<Readonly<Record<string, Standing>>> {
  if (units.length === 0 || !isBooted()) return {};
  const { standingOf } = await import("../host/dbus/standing.ts");
  return standingOf(units).catch(() => unitStates(session, units));
}
