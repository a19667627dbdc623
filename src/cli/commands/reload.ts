/** stowage reload NAME… */
import { containerJobs } from "../jobs.ts";
import type { Session, SharedFlags } from "../session.ts";

export default (session: Session, _: SharedFlags, ...names: string[]): Promise<number> =>
  containerJobs(session, "reload", names);
