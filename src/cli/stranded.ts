/** A boot that should have brought another generation, and did not. */
import { isDivided, writtenInBoot } from "../apply/next-boot.ts";
import { bootId } from "../host/boot-id.ts";
import { activeGeneration, currentGeneration } from "../store/generations.ts";
import type { Session } from "./session.ts";

/** Says so where this boot was to have another generation than the machine has. */
export function tellStranded(session: Session): void {
  const { layout } = session;
  if (!isDivided(layout)) return;
  const written = writtenInBoot(layout);
  if (written === bootId()) return;
  const why =
    written === null ? "there is no stowage-boot.service" : "`journalctl --boot --unit=stowage-boot` says why";
  session.tell(
    `warning: this boot was to have generation ${currentGeneration(layout)}, and has generation ${activeGeneration(layout)} still: ${why}\n`,
  );
}
