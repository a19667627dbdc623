/** The systemd that a verb asks: one connection, however many ask. */
import { hostSystemd, type Systemd } from "../host/systemd.ts";
import type { Session } from "./session.ts";

const known = new WeakMap<Session, Systemd>();

export function systemdOf(session: Session): Systemd {
  const found = known.get(session);
  if (found !== undefined) return found;
  const systemd = hostSystemd((why) => {
    if (session.verbose) session.tell(`systemd is asked through systemctl: its own socket cannot be reached: ${why}\n`);
  });
  known.set(session, systemd);
  return systemd;
}
