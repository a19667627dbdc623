/** What is going on: live on a terminal, as whole lines elsewhere, as events for programs. */
import type { OnProgress, Progress } from "../../apply/report.ts";
import type { Session } from "../session.ts";
import { emit, eventOf } from "./events.ts";
import { liveReporter } from "./live.ts";
import { printable } from "./paint.ts";
import { isShown, rowText } from "./step-words.ts";

export interface ProgressReporter {
  readonly on: OnProgress;
  /** Takes live lines away. */
  end(): void;
}

export function progressOf(session: Session): ProgressReporter {
  const shown = shownTo(session);
  return {
    on(event) {
      emit(session, eventOf(event));
      shown.on(event);
    },
    end: shown.end,
  };
}

function shownTo(session: Session): ProgressReporter {
  if (session.quiet) return { on: () => undefined, end: () => undefined };
  const { stderr } = session.io;
  const live = stderr.isTTY === true && session.io.env.TERM !== "dumb" && !session.io.env.CI;
  // Events on the same terminal would be written into the live lines.
  const isMixed = session.events && session.io.stdout.isTTY === true;
  if (!live || isMixed) return lineReporter(session);
  return liveReporter(stderr, session.paintErr, (event) => linesFor(event, session, false));
}

/** Each work is told when it begins and when it has ended; counts in between would be noise in a file. */
function lineReporter(session: Session): ProgressReporter {
  const told = new Map<string, string>();
  return {
    on(event) {
      const isWork = event.kind === "work" || event.kind === "work-ended";
      const again = isWork && (event.kind === "work" ? told.has(event.id) : told.get(event.id) === event.text);
      if (isWork) told.set(event.id, event.text);
      if (!again) for (const line of linesFor(event, session, event.kind === "work")) session.tell(`${line}\n`);
    },
    end: () => undefined,
  };
}

/** Lines that stay. */
function linesFor(event: Progress, session: Session, firstWork: boolean): string[] {
  switch (event.kind) {
    case "step-ended":
      return isShown(event.row.step) || session.verbose || event.row.outcome === "failed"
        ? [rowText(event.row, session.paintErr)]
        : [];
    case "work":
      return firstWork ? [printable(event.text)] : [];
    case "work-ended":
      return [printable(event.text)];
    default:
      return [];
  }
}
