/** Unit states for what is shown. On a machine without systemd nothing runs, and that is an answer too. */
import { isBooted, systemctl, type UnitState } from "../host/systemd.ts";

export async function unitStates(units: readonly string[]): Promise<Readonly<Record<string, UnitState>>> {
  return units.length === 0 || !isBooted() ? {} : systemctl().states(units);
}
