/** stowage uninstall: the machine is as if stowage had never been there. */
import { nothing } from "../../apply/journal.ts";
import { containersOnDisk, refuseMounts, removeInstallation, removeStates } from "../../apply/uninstall.ts";
import { whileRemoving } from "../alone.ts";
import { exitCodes } from "../exit-codes.ts";
import { planFor } from "../pipeline.ts";
import type { Session } from "../session.ts";
import { planAndCarryOut } from "../shown.ts";
import type { UninstallFlags } from "../verb-parts.ts";

export default async function uninstall(session: Session, flags: UninstallFlags): Promise<number> {
  return whileRemoving(session, "uninstall", () => removeAll(session, flags.state === true));
}

async function removeAll(session: Session, withState: boolean): Promise<number> {
  const { layout } = session;
  if (withState) refuseMounts(layout);
  const planned = await planFor(session, nothing);
  const { current, leftBehind } = planned.machine;
  if (current !== null || leftBehind.length > 0) {
    const done = await planAndCarryOut(session, {}, async () => planned);
    // What did not stop still needs what it was made from.
    if (done !== exitCodes.done) return done;
  }
  const names = containersOnDisk(layout);
  if (withState) await removeStates(layout, names);
  await removeInstallation(layout);
  if (!session.quiet) session.print(withState || names.length === 0 ? "removed\n" : keptText(layout.state, names));
  return exitCodes.done;
}

const keptText = (state: string, names: readonly string[]): string =>
  `removed, but for what containers have written\n${names.map((name) => `  ${state}/containers/${name}\n`).join("")}` +
  "stowage uninstall --state removes that, too\n";
