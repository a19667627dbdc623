/** logs -f: on and on, over restarts of the container, until an interrupt. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerPart } from "../../compile/generation.ts";
import { stopUntil } from "../../host/interruptible.ts";
import { leaderOf, lifeOf, type MachineLife } from "../../host/machined.ts";
import type { Layout } from "../../store/layout.ts";
import {
  filesOf,
  filesSource,
  type Line,
  mustRead,
  type Read,
  read,
  runningSource,
  type Source,
  unreadable,
  type Wanted,
} from "./source.ts";

/** What follows something, until the signal. */
export type Follower = (onLine: (line: Line) => void, signal: AbortSignal) => Promise<void>;

export const followSource =
  (source: Source): Follower =>
  (onLine, signal) =>
    mustRead(source, onLine, signal);

/** Milliseconds until it is looked again whether a container runs, and whether it can be asked. */
const pause = 500;

/**
 * The journal inside, by what reads it inside. That ends with the container: what was logged after it is read from the files
 * once the container is down, and by the next reader, so that nothing is missing of how it ended; of a journal in memory
 * all of the new one is read.
 * @param isUp whether the container has got so far that it can be asked
 */
export function followInside(
  layout: Layout,
  container: ContainerPart,
  unit: string | undefined,
  wanted: Wanted,
  isUp: () => Promise<boolean>,
): Follower {
  return async (onLine, signal) => {
    const at: Place = { cursor: null, isBegun: false };
    const onCursor = (one: string) => {
      at.cursor = one;
    };
    const inside: Inside = {
      source: (what) => runningSource(container, unit, what, onCursor),
      isKept: () => at.cursor !== null && filesOf(layout, container.name).length > 0,
      wanted,
      isUp,
    };
    let isDownRead = false;
    while (!signal.aborted) {
      const leader = await leaderOf(container.name);
      if (leader !== null) {
        isDownRead = false;
        await followLife(inside, at, lifeOf(leader), onLine, signal);
      } else if (!isDownRead) {
        isDownRead = true;
        const files = filesSource(layout, container, unit, at.isBegun ? restAfter(at) : wanted, onCursor);
        if (files !== null && (!at.isBegun || at.cursor !== null)) await mustRead(files, onLine, signal);
        at.isBegun = true;
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  };
}

/** How far it has been read. */
interface Place {
  /** Of the last line. */
  cursor: string | null;
  isBegun: boolean;
}

interface Inside {
  source(what: Wanted): Source;
  /** Whether there is a journal that the cursor may still be in. */
  isKept(): boolean;
  /** Of the first one to be read. */
  readonly wanted: Wanted;
  isUp(): Promise<boolean>;
}

const restAfter = ({ cursor }: Place): Wanted => ({ follow: false, after: cursor === null ? "boot" : { cursor } });
const allOfThisBoot: Wanted = { follow: true, after: "boot" };

/** While it runs: first what has been missed since it was last read, then what comes. */
async function followLife(
  inside: Inside,
  at: Place,
  life: MachineLife,
  onLine: (line: Line) => void,
  signal: AbortSignal,
): Promise<void> {
  // Told to follow, journalctl shows the last boot alone.
  const isMissing = at.isBegun && inside.isKept();
  const missed = isMissing ? await readUntil(inside.source(restAfter(at)), onLine, signal, life) : null;
  if (missed !== null && missed.status !== 0) return;
  const { cursor } = at;
  const further: Wanted = inside.isKept() && cursor !== null ? { follow: true, after: { cursor } } : allOfThisBoot;
  const outcome = await readUntil(inside.source(at.isBegun ? further : inside.wanted), onLine, signal, life);
  const isRefused = outcome.status !== 0 && outcome.said.length > 0 && !signal.aborted;
  // Else it has ended with the container, or the container was not yet, or no more, there to be asked.
  if (isRefused && !at.isBegun && at.cursor === null && (await inside.isUp())) throw unreadable("inside", outcome.said);
  at.isBegun ||= at.cursor !== null || outcome.status === 0;
}

/** Reads until the signal: then what reads inside is stopped there, tried until it no longer holds our end of the pipe. */
export async function readUntil(
  source: Source,
  onLine: (line: Line) => void,
  signal: AbortSignal,
  life: MachineLife,
): Promise<Read> {
  // A signal that has come already is told to nobody.
  if (signal.aborted) return { status: 0, said: [] };
  let isOver = false;
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping = stopUntil(
      () => isOver,
      async () => source.stop?.(),
    );
  };
  signal.addEventListener("abort", stop);
  try {
    return await read(source, onLine, signal, life);
  } finally {
    isOver = true;
    signal.removeEventListener("abort", stop);
    await stopping;
  }
}

/** How long the lines that are there already are gathered, so that they come in order; milliseconds. */
const gathering = 300;

/**
 * Until an interrupt, or until there is nobody to read it.
 * @param firstOf which of the lines that are there already are shown, in which order
 */
export async function follow(
  followers: readonly Follower[],
  firstOf: (lines: readonly Line[]) => readonly Line[],
  show: (line: Line) => void,
): Promise<void> {
  const stopped = new AbortController();
  const onSignal = () => stopped.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  process.stdout.once("error", onSignal);
  let first: Line[] | null = [];
  const flush = () => {
    for (const line of firstOf(first ?? [])) show(line);
    first = null;
  };
  const timer = setTimeout(flush, gathering);
  const onLine = (line: Line) => (first === null ? show(line) : void first.push(line));
  try {
    await Promise.all(followers.map((one) => one(onLine, stopped.signal)));
  } catch (error) {
    onSignal();
    throw error;
  } finally {
    clearTimeout(timer);
    flush();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    process.stdout.off("error", onSignal);
  }
}
