/** stowage completion SHELL: the script that its completion takes. */
import { type Shell, scripts } from "../complete/scripts.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Session, SharedFlags } from "../session.ts";

export default async function completion(session: Session, _: SharedFlags, shell: Shell): Promise<number> {
  session.print(scripts[shell]);
  return exitCodes.done;
}
