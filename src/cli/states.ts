/** Unit states for what is shown. On a machine without systemd nothing runs, and that is an answer too. */
import { isBooted, type UnitState } from "../host/systemd.ts";
import type { Session } from "./session.ts";
import { systemdOf } from "./systemd.ts";

export async function unitStates(
  session: Session,
  units: readonly string[],
): Promise<Readonly<Record<string, UnitState>>> {
  return units.length === 0 || !isBooted() ? {} : systemdOf(session).states(units);
}
