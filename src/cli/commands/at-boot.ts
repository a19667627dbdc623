/** stowage at-boot: run by stowage-boot.service, not by people. */
import { isDivided, removeBootUnit } from "../../apply/next-boot.ts";
import { bootId } from "../../host/boot-id.ts";
import { isBooting } from "../../host/boot-jobs.ts";
import { whileAloneAsItIs } from "../alone.ts";
import { carryOver } from "../at-boot.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Session, SharedFlags } from "../session.ts";

/** @param written id of the boot in which the next one was given its generation */
export default async function atBoot(session: Session, _flags: SharedFlags, written: string): Promise<number> {
  return whileAloneAsItIs(session, "at-boot", {}, async (alone) => {
    if (!isDivided(session.layout)) {
      removeBootUnit(session.layout);
      return exitCodes.done;
    }
    // Started by hand, or with a target that is reached anew. A soft reboot keeps the id, and boots all the same.
    if (written === bootId() && !(await isBooting())) {
      session.tell("this is not a boot: the machine keeps what it has until the next one\n");
      return exitCodes.done;
    }
    alone.ifInterrupted("the machine may have parts of two generations; `stowage switch` mends it");
    return carryOver(session);
  });
}
