/** stowage start NAME… */
import { containerJobs, type JobFlags } from "../jobs.ts";
import type { Session } from "../session.ts";

export default (session: Session, flags: JobFlags, ...names: string[]): Promise<number> =>
  containerJobs(session, "start", flags, names);
