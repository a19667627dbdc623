/**
 * A container that is being made, or taken away, noted before anything of it is done: what was cut short is undone by the
 * next one that changes the machine. See docs/design/command.md, "By hand".
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { readChecked } from "../../apply/current.ts";
import { removeIfEmpty } from "../../apply/directories.ts";
import { nothing, readJournal } from "../../apply/journal.ts";
import { giveNextBoot } from "../../apply/next-boot.ts";
import { removeProfile, removeState } from "../../apply/remove-state.ts";
import { StowageError } from "../../error.ts";
import { writeFileAtomic } from "../../store/files.ts";
import { openState } from "../../store/format.ts";
import { activeGeneration, currentGeneration, listGenerations, removeGeneration } from "../../store/generations.ts";
import {
  containerDir,
  containersDir,
  generationsDir,
  type Layout,
  madeFile,
  unfinishedFile,
} from "../../store/layout.ts";
import { profilesOf } from "../../store/nix-places.ts";
import type { Alone } from "../alone.ts";
import { begin } from "../begun.ts";
import { carrier } from "../carrier.ts";
import { carryOut, planFor, rebuild } from "../pipeline.ts";
import { tellProblems } from "../report/problems.ts";
import { reportText, wentWell } from "../report/switched.ts";
import type { Session } from "../session.ts";
import { unstage } from "./staging.ts";
import { removeWritten } from "./written.ts";

/** What is under way. */
export interface Unfinished {
  readonly verb: "create" | "destroy";
  readonly name: string;
  /** Its unit; of a created one as far as it is known. */
  readonly unit: string | null;
  /** The generation that was active; null: none. */
  readonly active: number | null;
  /** The one that the next boot had. */
  readonly current: number | null;
  /** The newest one that was kept; 0: none. What comes after it is of this change. Left out by former versions. */
  readonly newest?: number;
  /** What was there before, and is to be there afterwards. */
  readonly hadState: boolean;
  readonly hadProfile: boolean;
  /** Of the machine; left out by former versions, which left both behind. */
  readonly hadGenerations?: boolean;
  readonly hadFormat?: boolean;
}

/** Before the first thing is done. */
export function noteUnfinished(layout: Layout, of: Pick<Unfinished, "verb" | "name" | "unit">): Unfinished {
  const hadFormat = existsSync(formatFile(layout));
  openState(layout);
  const unfinished: Unfinished = {
    ...of,
    active: activeGeneration(layout),
    current: currentGeneration(layout),
    newest: Math.max(0, ...listGenerations(layout)),
    hadState: existsSync(containerDir(layout, of.name)),
    hadProfile: existsSync(profilesOf(of.name)),
    hadGenerations: existsSync(generationsDir(layout)),
    hadFormat,
  };
  writeFileAtomic(unfinishedFile(layout), `${JSON.stringify({ format: 1, ...unfinished })}\n`, 0o600);
  return unfinished;
}

const formatFile = (layout: Layout): string => `${layout.state}/format`;

/** All is done, or nothing is left. */
export function forgetUnfinished(layout: Layout): void {
  unstage(layout);
  rmSync(unfinishedFile(layout), { force: true });
}

/**
 * What one that was killed has left. Told where it cannot be done now: whatever is to be done goes on, and the next one
 * tries again.
 */
export async function finishOthers(alone: Alone): Promise<void> {
  const { session } = alone;
  const unfinished = readUnfinished(session.layout);
  if (unfinished === null) return;
  const { verb, name } = unfinished;
  session.tell(`stowage ${verb} ${name} was cut short: ${verb === "create" ? "undoing it" : "finishing it"}\n`);
  alone.ifInterrupted(
    `what \`stowage ${verb} ${name}\` has left is still there in part: the next change goes on with it`,
  );
  await attempt(session, async () => {
    if (verb === "destroy") return finishDestroy(session, unfinished);
    if (isBegun(session.layout, unfinished)) await begin(alone, `undoing create ${name}, which was cut short`);
    return undoCreate(session, unfinished);
  });
  alone.ifInterrupted(`nothing on this machine was changed, but for what \`stowage ${verb} ${name}\` had left`);
}

/** {@link finishOthers} of our own, where it did not come to a good end: what is told is the reason, not what follows. @returns whether it was done */
export async function undone(session: Session, unfinished: Unfinished): Promise<boolean> {
  let isDone = false;
  await attempt(session, async () => {
    await undoCreate(session, unfinished);
    isDone = true;
  });
  return isDone;
}

async function attempt(session: Session, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    tellProblems(session, error.problems, "warning");
  }
}

function readUnfinished(layout: Layout): Unfinished | null {
  const file = unfinishedFile(layout);
  if (!existsSync(file)) return null;
  try {
    const value = JSON.parse(readFileSync(file, "utf8"));
    if (value.format === 1 && typeof value.name === "string") return value as Unfinished;
  } catch {
    // Below.
  }
  // It is written whole or not at all: somebody else's hand was in it, and there is nothing to go by.
  rmSync(file);
  return null;
}

/** The machine as it was before, and nothing of the container. */
async function undoCreate(session: Session, unfinished: Unfinished): Promise<void> {
  const { layout } = session;
  const { name, active, hadState, hadProfile } = unfinished;
  if (isBegun(layout, unfinished)) await goBack(session, unfinished);
  if (!hadState) await removeState(layout, name);
  if (!hadProfile) await removeProfile(layout, name);
  // Edited meanwhile it would be nobody's.
  rmSync(madeFile(layout, name), { force: true });
  if (active === null) forgetNothing(layout);
  forgetGenerations(layout, unfinished);
  forgetUnfinished(layout);
  if (unfinished.hadFormat === false) forgetState(layout);
}

/** Whether the machine may have anything of it. A change of somebody else's that was cut short before is none of ours. */
function isBegun(layout: Layout, { active, newest }: Unfinished): boolean {
  if (activeGeneration(layout) !== active) return true;
  const journal = readJournal(layout);
  if (journal === null) return false;
  // Also where going back was cut short: then ours is what that comes from.
  return newest === undefined ? journal.to !== active : [journal.to, ...journal.from].some((one) => one > newest);
}

/** There was none before: the one that nothing is in only was the way there. */
function forgetNothing(layout: Layout): void {
  for (const link of ["active", "current"]) rmSync(`${generationsDir(layout)}/${link}`, { force: true });
}

/** Those that it made, and no others: what is newer than the machine's may be kept for good reason. */
function forgetGenerations(layout: Layout, { newest, hadGenerations }: Unfinished): void {
  if (newest === undefined) return;
  const journal = readJournal(layout);
  const needed = [activeGeneration(layout), currentGeneration(layout), journal?.to, ...(journal?.from ?? [])];
  const made = listGenerations(layout).filter((number) => number > newest && !needed.includes(number));
  for (const number of made) removeGeneration(layout, number);
  const isEmpty = listGenerations(layout).length === 0 && currentGeneration(layout) === null;
  if (hadGenerations === false && isEmpty) rmSync(generationsDir(layout), { recursive: true, force: true });
}

/** What was built stays, and then so does what says how to read it. */
function forgetState(layout: Layout): void {
  removeIfEmpty(containersDir(layout));
  if (readdirSync(layout.state).some((name) => name !== "format")) return;
  rmSync(formatFile(layout), { force: true });
  removeIfEmpty(layout.state);
}

async function goBack(session: Session, { active, current }: Unfinished): Promise<void> {
  const { layout } = session;
  const former = active === null ? nothing : readChecked(layout, active);
  await rebuild(session, former, () => undefined);
  const isDivided = current !== null && current !== active;
  if (isDivided && currentGeneration(layout) !== current)
    giveNextBoot(layout, readChecked(layout, current), current, carrier(), [former]);
  const planned = await planFor(session, former, active ?? undefined, isDivided ? "active" : "current");
  if (planned.plan.blocked.length > 0) throw new StowageError(planned.plan.blocked);
  const report = await carryOut(planned, () => undefined);
  if (wentWell(report)) return;
  session.io.stderr.write(reportText(report, session.paintErr));
  throw new StowageError({
    code: "not-undone",
    message: "what was done could not be undone",
    hint: "`stowage switch`, or any other change, tries it again",
  });
}

/** Its container is gone, but perhaps not yet what it has written. Had the change not come so far, there is nothing to do. */
async function finishDestroy(session: Session, { name, unit, active }: Unfinished): Promise<void> {
  const { layout } = session;
  const now = activeGeneration(layout);
  const isGone = now !== active && (now === null || !Object.hasOwn(readChecked(layout, now).containers, name));
  if (isGone) await removeWritten(session, name, unit === null ? [] : [unit]);
  forgetUnfinished(layout);
}
