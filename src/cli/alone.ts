/** What changes the machine runs alone, as root, and on a machine that has systemd. */
import { isBooted } from "../host/systemd.ts";
import { takeSwitchLock } from "../store/lock.ts";
import { whileNothingIsBuilt } from "../store/store.ts";
import { exitCodes } from "./exit-codes.ts";
import { noSystemd } from "./jobs.ts";
import { requireRoot, type Session } from "./session.ts";

/**
 * @param verb for messages, and for the one who comes second
 * @throws StowageError `needs-root`, `no-systemd`; `busy` where another holds the lock
 */
export async function whileAlone<T>(session: Session, verb: string, work: () => Promise<T>): Promise<T> {
  requireRoot(session, verb);
  if (!isBooted()) throw noSystemd();
  const lock = await takeSwitchLock(session.layout, verb);
  const listening = endOnSignal(session);
  try {
    return await work();
  } finally {
    listening.end();
    lock.release();
  }
}

/** {@link whileAlone}, and while nothing is built either: for what takes store paths away. */
export const whileRemoving = <T>(session: Session, verb: string, work: () => Promise<T>): Promise<T> =>
  whileAlone(session, verb, () =>
    whileNothingIsBuilt(session.layout, () => session.tell("waiting for a build to end\n"), work),
  );

/** As without us, but with a word on what became of it. What is under way is known by what it leaves behind. */
function endOnSignal(session: Session) {
  const onSignal = (signal: "SIGINT" | "SIGTERM") => {
    session.io.stderr.write("\ninterrupted: the next switch goes on where this one stopped\n");
    process.exit(signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return { end: () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal) };
}
