/** Which generation `rollback` goes back to: of the whole machine, or of one container. */
import { readActive, readChecked, type StoredGeneration } from "../apply/current.ts";
import { readJournal } from "../apply/journal.ts";
import { isSame, madeNames, type Owned, ownedBy } from "../compile/index.ts";
import { StowageError } from "../error.ts";
import { nearestNames } from "../modules/suggest.ts";
import {
  activeGeneration,
  currentGeneration,
  formerGeneration,
  listGenerations,
  switchedAt,
} from "../store/generations.ts";
import type { Layout } from "../store/layout.ts";
import { declaredOf } from "./made.ts";

/** @throws StowageError `no-generation` where it is not kept */
export function keptGeneration(layout: Layout, number: number): number {
  const kept = listGenerations(layout);
  if (kept.includes(number)) return number;
  throw noGeneration(`there is no generation ${number}`, `${keptText(kept)}; \`stowage generations\` says more`);
}

/** Few are named, many are not. */
function keptText(kept: readonly number[]): string {
  if (kept.length === 0) return "none is kept";
  const shown = kept.length <= 12 ? kept.join(", ") : `${kept.length}, from ${kept[0]} to ${kept.at(-1)}`;
  return `kept are ${shown}`;
}

/**
 * The former one of the machine: before a switch to a new one that was cut short, what was current then. One that differs
 * only in what was made by hand is passed over: that is not what is rolled back.
 * @throws StowageError `no-generation`
 */
export function formerOfMachine(layout: Layout): number {
  const active = activeGeneration(layout);
  if (active === null) throw noGeneration("there is no generation yet", "run `stowage switch` first");
  if ((cutShort(layout, active) ?? 0) > active) return active;
  const former = formerGeneration(layout);
  const declared =
    former === null || active !== currentGeneration(layout) ? former : formerDeclared(layout, active, former);
  if (declared !== null) return declared;
  throw noGeneration(
    `there is no generation before ${currentGeneration(layout)}, the current one`,
    "`stowage generations` lists those that are kept",
  );
}

/** The newest below in which something else is declared; after a rollback, below the one that that went to. */
function formerDeclared(layout: Layout, current: number, former: number): number | null {
  const now = readChecked(layout, current);
  const { byHand, declaredIn } = now;
  const hasMade = madeNames(now).length > 0;
  const declaredNow = declaredOf(layout, now).id;
  const isSameAs = (number: number): boolean => {
    // What is damaged is told of, not passed over.
    if (!isWhole(layout, number)) return false;
    const then = readChecked(layout, number);
    // Where nothing was made by hand each is another one.
    if (!hasMade && byHand === undefined && declaredIn === undefined && madeNames(then).length === 0) return false;
    return declaredOf(layout, then).id === declaredNow;
  };
  if (declaredIn === undefined && !isSameAs(former)) return former;
  return formerOnes(layout, declaredIn ?? current).find((number) => !isSameAs(number)) ?? null;
}

/** The generation that a switch was cut short on the way to, before it was the machine's; null: none was. */
function cutShort(layout: Layout, active: number): number | null {
  const journal = readJournal(layout);
  return journal !== null && journal.pending === null && journal.to !== active ? journal.to : null;
}

/** {@link readChecked} of one that nobody has named. @throws StowageError `bad-generation`, with another to name */
export function readFormer(layout: Layout, number: number, again: (number: number) => string): StoredGeneration {
  try {
    return { number, generation: readChecked(layout, number) };
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    const whole = formerOnes(layout, number).find((one) => isWhole(layout, one));
    const hint =
      whole === undefined
        ? "no generation before it is whole: run `stowage switch`"
        : `\`stowage ${again(whole)}\` goes to generation ${whole}, the newest before it that is whole`;
    throw new StowageError(
      error.problems.map((problem) => ({ ...problem, hint })),
      { exitCode: error.exitCode },
    );
  }
}

function isWhole(layout: Layout, number: number): boolean {
  try {
    readChecked(layout, number);
    return true;
  } catch {
    return false;
  }
}

/** Those below a number that have been current, the newest first. */
const formerOnes = (layout: Layout, below: number): number[] =>
  listGenerations(layout)
    .filter((number) => number < below && switchedAt(layout, number) !== null)
    .reverse();

/** A container in a generation other than the machine's. */
export interface ContainerThen {
  readonly now: StoredGeneration;
  readonly then: StoredGeneration;
  /** Nothing of the container's own differs. */
  readonly same: boolean;
}

/**
 * The newest former generation in which a container differs from now, or the one that is named. What was rolled back
 * already is as in a generation before: those below that one are former then, so that twice goes back further.
 * @throws StowageError `no-generation`, `no-container-then`, `unknown-container`, `bad-generation`, `cut-short`
 */
export function containerThen(layout: Layout, name: string, to: number | undefined): ContainerThen {
  const now = readActive(layout);
  if (now === null) throw noGeneration("there is no generation yet", "run `stowage switch` first");
  const own = ownedBy(layout, now.generation, name);
  if (to !== undefined) {
    const then = { number: to, generation: readChecked(layout, keptGeneration(layout, to)) };
    const old = ownedBy(layout, then.generation, name);
    if (old === null) throw notThere(layout, name, to, now);
    refuseDeclared(name, to, own, old);
    return { now, then, same: isSame(own, old) };
  }
  const underWay = cutShort(layout, now.number);
  if (underWay !== null) throw halfWay(name, underWay);
  const seen = new Set(Object.keys(now.generation.containers));
  const from = now.generation.asIn?.[name] ?? now.number;
  const former = formerOnes(layout, from);
  for (const number of former) {
    const then = readFormer(layout, number, (whole) => `rollback ${named(name)} --to ${whole}`);
    const old = ownedBy(layout, then.generation, name);
    for (const other of Object.keys(then.generation.containers)) seen.add(other);
    if (isSame(own, old)) continue;
    if (old === null) throw notThere(layout, name, number, now);
    refuseDeclared(name, number, own, old);
    return { now, then, same: false };
  }
  if (own === null) throw unknownContainer(name, [...seen]);
  const message =
    former.length === 0
      ? `there is no former generation: container ${name} is as in generation ${from}, and none before it is kept`
      : `container ${name} is the same in every former generation that is kept`;
  throw noGeneration(message, "`stowage generations` lists those that are kept; --to takes any of them");
}

/**
 * The generations in which a container is another than in the one before, also those in which it came or went; damaged
 * ones are passed over.
 * @throws StowageError `unknown-container`
 */
export function changedIn(layout: Layout, name: string): number[] {
  const seen = new Set<string>();
  let before: Owned | null = null;
  const changed = listGenerations(layout).filter((number) => {
    if (!isWhole(layout, number)) return false;
    const generation = readChecked(layout, number);
    for (const one of Object.keys(generation.containers)) seen.add(one);
    const own = ownedBy(layout, generation, name);
    const isOther = !isSame(before, own);
    before = own;
    return isOther;
  });
  if (changed.length === 0) throw unknownContainer(name, [...seen]);
  return changed;
}

/** What it differs from is not known then. */
const halfWay = (name: string, number: number): StowageError =>
  new StowageError({
    code: "cut-short",
    message: `a change to generation ${number} was cut short: what of container ${name} is on this machine is not known`,
    hint: "`stowage rollback` goes back to what was before, `stowage switch` on to what host.ts says; --to names a generation in any case",
  });

/** As it is typed where a number alone would be a generation's. */
const named = (name: string): string => (/^\d+$/.test(name) ? `container@${name}` : name);

/** The next switch would remove it, with no word in host.ts that says so. */
function refuseDeclared(name: string, number: number, own: Owned | null, old: Owned): void {
  if (own?.part.made !== true || old.part.made === true) return;
  throw new StowageError({
    code: "was-declared",
    message: `in generation ${number} host.ts declared container ${name}, which was made by hand since`,
    hint: `declare it in host.ts again, and switch: it is host.ts's then; or --to a generation since: \`stowage generations ${name}\``,
  });
}

function notThere(layout: Layout, name: string, number: number, now: StoredGeneration): StowageError {
  const own = now.generation.containers[name];
  const having = listGenerations(layout)
    .reverse()
    .find((one) => one < number && isWhole(layout, one) && Object.hasOwn(readChecked(layout, one).containers, name));
  const older =
    having === undefined ? "" : `; generation ${having} has one: \`stowage rollback ${named(name)} --to ${having}\``;
  return new StowageError({
    code: "no-container-then",
    message: `in generation ${number} there was no container ${name}`,
    hint: own
      ? `to remove it, ${own.made ? `run \`stowage destroy ${name}\`` : "take it out of host.ts, and run `stowage switch`"}${older}`
      : `\`stowage generations\` says which generation has which containers${older}`,
  });
}

function unknownContainer(name: string, known: readonly string[]): StowageError {
  const near = nearestNames(name, known);
  return new StowageError({
    code: "unknown-container",
    message: `there is no container ${JSON.stringify(name)}, and none in a former generation`,
    hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : "`stowage list` has those that there are",
  });
}

const noGeneration = (message: string, hint: string): StowageError =>
  new StowageError({ code: "no-generation", message, hint });
