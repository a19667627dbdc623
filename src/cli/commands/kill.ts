/** stowage kill NAME… */
import { containerJobs, type KillFlags } from "../jobs.ts";
import type { Session } from "../session.ts";

export default (session: Session, { signal, ...flags }: KillFlags, ...names: string[]): Promise<number> =>
  containerJobs(session, "kill", flags, names, signal);
