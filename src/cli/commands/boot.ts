/** stowage boot: the next boot has what the configuration says; until then the machine stays as it is. */
import { readActive } from "../../apply/current.ts";
import { readJournal } from "../../apply/journal.ts";
import { forgetMadeLock } from "../../apply/made-lock.ts";
import { giveNextBoot, isDivided, renewBootUnit } from "../../apply/next-boot.ts";
import type { Generation } from "../../compile/generation.ts";
import { StowageError } from "../../error.ts";
import { diskErrors } from "../../store/disk-errors.ts";
import { currentGeneration } from "../../store/generations.ts";
import type { Layout } from "../../store/layout.ts";
import { type Alone, whileAlone } from "../alone.ts";
import { openLog } from "../begun.ts";
import { carrier } from "../carrier.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ChangeFlags } from "../flags.ts";
import { build, generationHere, planFor } from "../pipeline.ts";
import { progressOf } from "../report/progress.ts";
import { requireSameFlakes } from "../required.ts";
import { configPath, type HostFlags, type Session } from "../session.ts";
import { printDocument } from "../shown.ts";

export default async function boot(session: Session, flags: HostFlags & ChangeFlags): Promise<number> {
  configPath(session, flags);
  return whileAlone(session, "boot", flags, async (alone) => {
    const progress = progressOf(session);
    try {
      const next = await generationHere(session, flags, progress.on, "pin");
      requireSameFlakes(session, next, "boot");
      await build(session, flags, next, progress.on);
      progress.end();
      const isNew = await give(session, next);
      answer(alone, flags, isNew);
      return exitCodes.done;
    } finally {
      progress.end();
    }
  });
}

/** @returns whether the next boot had another one */
async function give(session: Session, next: Generation): Promise<boolean> {
  const { layout } = session;
  // What stands in the way of a switch stands in the way of the boot, when nobody looks.
  const { plan, machine } = await planFor(session, next);
  if (plan.blocked.length > 0) throw new StowageError(plan.blocked);
  const number = numberFor(layout, next, machine.stored);
  const isNew = number === null || number !== currentGeneration(layout);
  const others = [plan.current, machine.nextBoot, ...machine.leftBehind.map((one) => one.generation)].filter(
    (one) => one !== null && one !== undefined,
  );
  await diskErrors(layout.state, async () => {
    if (isNew) giveNextBoot(layout, next, number, carrier(), others);
    // The program may have moved since.
    else renewBootUnit(layout, carrier(), others);
    forgetMadeLock(layout, others, [plan.current, next]);
  });
  return isNew;
}

/**
 * The number that a generation is kept under already, or null. Of a machine on which a change was cut short, what it
 * `has` is only half there: under that number the next boot would find nothing to do.
 */
function numberFor(layout: Layout, next: Generation, stored: number | undefined): number | null {
  const active = readActive(layout);
  const isHalf = readJournal(layout)?.pending === null;
  const numbers = active?.generation.id === next.id ? [active.number, stored] : [stored];
  return numbers.find((one) => one !== undefined && !(isHalf && one === active?.number)) ?? null;
}

function answer(alone: Alone, flags: ChangeFlags, isNew: boolean): void {
  const { session } = alone;
  const { layout } = session;
  const [generation, active] = [currentGeneration(layout), readActive(layout)?.number ?? null];
  printDocument(session, flags, { exitCode: exitCodes.done, document: { generation, active } });
  if (!isNew) return;
  const meanwhile = isDivided(layout) ? `until then the machine keeps generation ${active}` : "the machine has it";
  const text = `generation ${generation} is what the next boot has; ${meanwhile}`;
  openLog(alone).line("info", `boot: ${text}`);
  if (!flags.json && !session.events && !session.quiet) session.print(`${text}\n`);
}
