/** What changes the machine runs alone, as root, and on a machine that has systemd. */

import { existsSync } from "node:fs";
import type { SystemLog } from "../host/system-log.ts";
import { type Holder, holderText, sinceText } from "../store/holder.ts";
import { unfinishedFile } from "../store/layout.ts";
import { type SwitchLock, takeSwitchLock } from "../store/lock.ts";
import { whileNothingIsBuilt } from "../store/store.ts";
import { requireBooted } from "./booted.ts";
import { exitCodes } from "./exit-codes.ts";
import { emit } from "./report/events.ts";
import { requireRoot, type Session } from "./session.ts";

export type WaitFlag = {
  readonly wait?: boolean;
};

/** A verb that has the machine to itself. */
export interface Alone {
  readonly session: Session;
  /** For messages, and for the one who comes second. */
  readonly verb: string;
  /** What is true when it is interrupted from now on: a sentence without a full stop. */
  ifInterrupted(words: string): void;
  /** Where it is also told what happens, once something does; see `begin` in ./begun.ts. */
  log: SystemLog | null;
}

/**
 * @param work what it returns is the exit code: by that it is known whether it came to its end
 * @throws StowageError `needs-root`, `no-systemd`; `busy` where another holds the lock, unless it is to be waited for
 */
export const whileAlone = (
  session: Session,
  verb: string,
  flags: WaitFlag,
  work: (alone: Alone) => Promise<number>,
): Promise<number> =>
  whileAloneAsItIs(session, verb, flags, async (alone) => {
    await finishByHand(alone);
    return work(alone);
  });

/**
 * {@link whileAlone}, but what a `create` or `destroy` that was killed has left stays for the next one: at boot, where no job
 * can be waited for.
 */
export async function whileAloneAsItIs(
  session: Session,
  verb: string,
  flags: WaitFlag,
  work: (alone: Alone) => Promise<number>,
): Promise<number> {
  requireRoot(session, verb);
  requireBooted();
  const onWait = (holder: Holder | null) => tellWaiting(session, holder);
  return whileHeld(session, verb, () => takeSwitchLock(session.layout, verb, flags.wait ? { onWait } : {}), work);
}

/** A `create` or `destroy` that was killed: what it left is nobody's, and is not to become part of what we do. */
async function finishByHand(alone: Alone): Promise<void> {
  if (!existsSync(unfinishedFile(alone.session.layout))) return;
  const { finishOthers } = await import("./by-hand/unfinished.ts");
  await finishOthers(alone);
}

/** {@link whileAlone} with any lock. */
export async function whileHeld(
  session: Session,
  verb: string,
  take: () => Promise<SwitchLock>,
  work: (alone: Alone) => Promise<number>,
): Promise<number> {
  const ending = endOnSignal(session);
  try {
    const lock = await take();
    const alone: Alone = { session, verb, log: null, ifInterrupted: ending.say };
    ending.of(alone);
    try {
      const result = await work(alone);
      // A step that failed may have left something half made: the next one looks for it.
      if (result !== exitCodes.unitsFailed) lock.done();
      return result;
    } catch (error) {
      alone.log?.line("error", `${verb}: ${error instanceof Error ? error.message : error}`);
      throw error;
    } finally {
      alone.log?.end();
      lock.release();
    }
  } finally {
    ending.stop();
  }
}

/** {@link whileAlone}, and while nothing is built either: for what takes store paths away. */
export const whileRemoving = (
  session: Session,
  verb: string,
  flags: WaitFlag,
  work: (alone: Alone) => Promise<number>,
): Promise<number> =>
  whileAlone(session, verb, flags, (alone) =>
    whileNothingIsBuilt(
      session.layout,
      () => {
        emit(session, { event: "waiting", for: "build" });
        session.tell("waiting for a build to end\n");
      },
      () => work(alone),
    ),
  );

function tellWaiting(session: Session, holder: Holder | null): void {
  emit(session, { event: "waiting", for: "lock", ...(holder !== null && holder) });
  session.tell(`waiting for ${holderText(holder)}, which is changing this machine${sinceText(holder)}\n`);
}

/** As without us, but with a word on what became of it. What is under way is known by what it leaves behind. */
function endOnSignal(session: Session) {
  let words = "nothing on this machine was changed";
  let alone: Alone | undefined;
  const onSignal = (signal: "SIGINT" | "SIGTERM") => {
    session.io.stderr.write(`\ninterrupted: ${words}\n`);
    emit(session, { event: "interrupted", signal, text: words });
    alone?.log?.line("warning", `${alone.verb}: interrupted by ${signal}: ${words}`);
    process.exit(signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return {
    say(text: string) {
      words = text;
    },
    of(one: Alone) {
      alone = one;
    },
    stop: () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal),
  };
}
