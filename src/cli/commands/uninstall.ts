/** stowage uninstall: the machine is as if stowage had never been there. */
import { nothing } from "../../apply/journal.ts";
import { containersOnDisk, refuseMounts, removeInstallation, removeStates } from "../../apply/uninstall.ts";
import { removeImages, unneededImages } from "../../systems/images/garbage.ts";
import { imageStores } from "../../systems/images/stores.ts";
import { type Alone, whileRemoving } from "../alone.ts";
import { asUser } from "../as-user.ts";
import { begin } from "../begun.ts";
import { exitCodes } from "../exit-codes.ts";
import { planFor } from "../pipeline.ts";
import { refusedText } from "../report/garbage-images.ts";
import { printable } from "../report/paint.ts";
import type { Session } from "../session.ts";
import { type Changed, carriedOut, printDocument } from "../shown.ts";
import type { UninstallFlags } from "../verbs/parts.ts";

export default async function uninstall(session: Session, flags: UninstallFlags): Promise<number> {
  return whileRemoving(session, "uninstall", flags, async (alone) => {
    const changed = await removeAll(alone, flags);
    printDocument(session, flags, changed);
    return changed.exitCode;
  });
}

async function removeAll(alone: Alone, flags: UninstallFlags): Promise<Changed> {
  const { session } = alone;
  const { layout } = session;
  const again = `stowage uninstall${flags.state ? " --state" : ""}`;
  const interrupted = `\`${again}\` goes on where this one stopped, \`stowage switch\` makes anew what host.ts says`;
  if (flags.state) refuseMounts(layout);
  const stopped = await stopAll(alone, flags, interrupted);
  // What did not stop still needs what it was made from.
  if (stopped.exitCode !== exitCodes.done) return stopped;
  await begin(alone, "nothing runs");
  alone.ifInterrupted(interrupted);
  const names = containersOnDisk(layout);
  if (flags.state) await removeStates(layout, names);
  await removeOwnImages(session);
  await removeInstallation(layout);
  const kept = flags.state ? [] : names.map((name) => `${layout.state}/containers/${name}`);
  const text = kept.length === 0 ? "removed\n" : keptText(kept);
  alone.log?.line("info", `uninstall: ${text}`);
  if (!session.quiet && !flags.json && !session.events) session.print(text);
  return { exitCode: exitCodes.done, document: { ...stopped.document, generation: null, kept } };
}

/** What we brought to engines. Of an engine that cannot be asked it stays. */
async function removeOwnImages({ layout, tell }: Session): Promise<void> {
  const stores = imageStores(asUser);
  const images = await unneededImages(layout, [], stores, ({ message }) =>
    tell(`its images are left as they are: ${message}\n`),
  );
  tell(printable(refusedText(await removeImages(images, stores))));
}

/** A switch to nothing. */
async function stopAll(alone: Alone, flags: UninstallFlags, interrupted: string): Promise<Changed> {
  const planned = await planFor(alone.session, nothing);
  const { current, leftBehind } = planned.machine;
  if (current === null && leftBehind.length === 0)
    return { exitCode: exitCodes.done, document: { plan: null, generation: null, steps: [] } };
  return carriedOut(alone, flags, { interrupted, prepare: async () => planned });
}

const keptText = (paths: readonly string[]): string =>
  `removed, but for what containers have written\n${paths.map((path) => `  ${path}\n`).join("")}` +
  "stowage uninstall --state removes that, too\n";
