/** From the first step on a change does not depend on who asked for it: neither on the terminal, nor on the login. */
import { StowageError } from "../error.ts";
import { type SystemLog, systemLog } from "../host/system-log.ts";
import type { Systemd } from "../host/systemd.ts";
import type { Alone } from "./alone.ts";
import { emit } from "./report/events.ts";
import { systemdOf } from "./systemd.ts";

/** `journalctl -t stowage` */
const identifier = "stowage";

/**
 * To be called before the first step; a second time it does nothing.
 * @param words what happens, for the machine's log: `12 steps, from generation 3`
 */
export async function begin(
  alone: Alone,
  words: string,
  systemd: Pick<Systemd, "ownScope"> = systemdOf(alone.session),
  logTo = systemLog,
): Promise<void> {
  const { session, verb } = alone;
  if (alone.log !== null) return;
  outliveTerminal();
  const scope = await ownScope(alone, systemd);
  // After the move: what it writes is known by the scope, too, and it ends no sooner than we.
  openLog(alone, logTo).line("info", `${verb} begins: ${words}`);
  emit(session, { event: "begun", verb, scope });
}

/** For what has no steps. It ends with the verb. */
export function openLog(alone: Alone, logTo = systemLog): SystemLog {
  alone.log ??= logTo(identifier);
  return alone.log;
}

/** A terminal that goes away, or a reader that does, does not stop a switch half way. */
function outliveTerminal(): void {
  process.on("SIGHUP", () => undefined);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/** Where systemd makes none we go on as we are: what is left behind at the worst is for the next switch. */
async function ownScope({ session, verb }: Alone, systemd: Pick<Systemd, "ownScope">): Promise<string | null> {
  const scope = `stowage-${verb}-${process.pid}.scope`;
  try {
    await systemd.ownScope(scope, `stowage ${verb}`);
    return scope;
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    const why = error.problems.map(({ message, details = [] }) => [message, ...details].join(": ")).join("; ");
    if (session.verbose) session.tell(`warning: the end of this login would end this ${verb}, too: ${why}\n`);
    return null;
  }
}
