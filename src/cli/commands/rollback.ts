/** stowage rollback: the machine, or one container of it, becomes what a former generation says. */
import type { StoredGeneration } from "../../apply/current.ts";
import type { Generation } from "../../compile/generation.ts";
import { type Alone, whileAlone } from "../alone.ts";
import { containerThen, formerOfMachine, keptGeneration, readFormer } from "../as-it-was.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ChangeFlags, ToFlag } from "../flags.ts";
import type { Session, SharedFlags } from "../session.ts";

type Flags = SharedFlags & ChangeFlags & ToFlag;

/**
 * @param what digits alone are a generation's number; a container that is called so is `container@3`, or `3 --to N`.
 * Without: the former generation
 */
export default async function rollback(session: Session, flags: Flags, what?: string): Promise<number> {
  const container = what === undefined || (flags.to === undefined && isNumber(what)) ? null : nameIn(what);
  return whileAlone(session, "rollback", flags, (alone) =>
    container === null
      ? rollBack(alone, flags, what === undefined ? flags.to : Number(what))
      : rollBackOne(alone, flags, container),
  );
}

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/** Also as its unit is called. */
const nameIn = (text: string): string => /^container@(.+?)(?:\.service)?$/.exec(text)?.[1] ?? text;

async function rollBack(alone: Alone, flags: Flags, to: number | undefined): Promise<number> {
  const { session } = alone;
  const { layout } = session;
  const number = to === undefined ? formerOfMachine(layout) : keptGeneration(layout, to);
  const kept = readFormer(layout, number, (whole) => `rollback ${whole}`).generation;
  const { planFor, planAndCarryOut, rebuild, requirePaths } = await parts();
  const generation = await withMadeNow(session, kept, number);
  requirePaths(session, generation);
  let isThere = false;
  const exitCode = await planAndCarryOut(alone, flags, {
    // Without the number it would go to the one before this, where this one is current already.
    interrupted: `\`stowage rollback ${number}\` goes on to generation ${number}, \`stowage switch\` to what host.ts says`,
    async prepare(onProgress) {
      await rebuild(session, generation, onProgress);
      const planned = await planFor(session, generation, generation === kept ? number : undefined);
      isThere = planned.plan.steps.length + planned.plan.blocked.length === 0;
      return planned;
    },
  });
  const isNew = generation !== kept && !isThere && exitCode === exitCodes.done;
  if (isNew && !flags.json && !session.events && !session.quiet)
    session.print(`what is declared is as in generation ${number}; what was made by hand stays as it was\n`);
  if (isThere) session.tell(`this machine is as generation ${number} says: there is nothing to do\n`);
  return exitCode;
}

/** What was made by hand has generations of its own. @returns `kept` itself where that has what there is now */
async function withMadeNow(session: Session, kept: Generation, number: number): Promise<Generation> {
  const [{ withMade }, { withNotes }] = await Promise.all([import("../made.ts"), import("../../compile/index.ts")]);
  const generation = withMade(session, kept);
  return generation === kept ? kept : withNotes(generation, { declaredIn: kept.declaredIn ?? number });
}

async function rollBackOne(alone: Alone, flags: Flags, name: string): Promise<number> {
  const { session } = alone;
  const { now, then, same } = containerThen(session.layout, name, flags.to);
  if (same) {
    session.tell(`container ${name} is the same in generation ${then.number}: there is nothing to do\n`);
    return printNothing(alone, flags, now);
  }
  const { planFor, planAndCarryOut, rebuild, requirePaths, mixture, withNotes } = await parts();
  const isMade = then.generation.containers[name]?.made === true;
  const { declaredIn } = now.generation;
  const next = withNotes(mixture(session.layout, now.generation, then, name), {
    ...(isMade && { byHand: { verb: "rollback", name } }),
    ...(isMade && declaredIn !== undefined && { declaredIn }),
  });
  requirePaths(session, next);
  const exitCode = await planAndCarryOut(alone, flags, {
    interrupted: isMade
      ? `\`stowage rollback ${name} --to ${then.number}\` goes on with it`
      : `\`stowage rollback ${name} --to ${then.number}\` goes on with it, \`stowage switch\` to what host.ts says`,
    async prepare(onProgress) {
      await rebuild(session, next, onProgress);
      return planFor(session, next);
    },
  });
  if (exitCode === exitCodes.done && !flags.json && !session.events && !session.quiet) {
    const later = isMade ? "" : "; the next `stowage switch` makes it what host.ts says";
    session.print(`container ${name} is as in generation ${next.asIn?.[name]}${later}\n`);
  }
  return exitCode;
}

/** To programs. The machine is not even looked at: nothing else is to change either. */
async function printNothing({ session }: Alone, flags: Flags, now: StoredGeneration): Promise<number> {
  const [{ printDocument }, { planJson }] = await Promise.all([
    import("../shown.ts"),
    import("../report/plan-json.ts"),
  ]);
  const { number, generation } = now;
  const plan = planJson({ current: generation, next: generation, steps: [], kept: [], notices: [], blocked: [] }, []);
  printDocument(session, flags, { exitCode: exitCodes.done, document: { plan, generation: number, steps: [] } });
  return exitCodes.done;
}

/** Only now: who comes second is told so before any of it is loaded. */
async function parts() {
  const [{ planFor, rebuild }, { planAndCarryOut }, { requirePaths }, { mixture, withNotes }] = await Promise.all([
    import("../pipeline.ts"),
    import("../shown.ts"),
    import("../required.ts"),
    import("../../compile/index.ts"),
  ]);
  return { planFor, rebuild, planAndCarryOut, requirePaths, mixture, withNotes };
}
