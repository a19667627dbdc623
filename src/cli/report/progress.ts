/**
 * What is going on, live. On a terminal the last line says what is under way; elsewhere there are only whole lines, one
 * for each thing that has ended.
 */
import { jobUnit } from "../../apply/perform.ts";
import type { OnProgress, Progress, ReportRow } from "../../apply/report.ts";
import type { Action, Step } from "../../plan/plan.ts";
import type { Session } from "../session.ts";
import { printable } from "./paint.ts";

export interface ProgressReporter {
  readonly on: OnProgress;
  /** Takes the live line away. */
  end(): void;
}

export function progressOf(session: Session): ProgressReporter {
  if (session.quiet) return { on: () => undefined, end: () => undefined };
  const { stderr } = session.io;
  const live = stderr.isTTY === true && session.io.env.TERM !== "dumb" && !session.io.env.CI;
  return live ? liveReporter(session) : lineReporter(session);
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

function liveReporter(session: Session): ProgressReporter {
  const { stderr } = session.io;
  const running = new Map<string, string>();
  let drawn = false;
  const clear = () => {
    if (drawn) stderr.write("\r\u001b[K");
    drawn = false;
  };
  const draw = () => {
    const text = [...running.values()].join(", ");
    drawn = text !== "";
    // A line that wraps could not be taken away again.
    if (drawn) stderr.write(session.paintErr.dim(text.slice(0, (stderr.columns || 80) - 1)));
  };
  return {
    on(event) {
      clear();
      follow(running, event);
      for (const line of linesFor(event, session, false)) stderr.write(`${line}\n`);
      draw();
    },
    end: clear,
  };
}

function follow(running: Map<string, string>, event: Progress): void {
  switch (event.kind) {
    case "step-started":
      if (isShown(event.step))
        running.set(event.step.id, `${doing[event.step.action.do]} ${subject(event.step.action)}`.trimEnd());
      break;
    case "step-ended":
      running.delete(event.row.step.id);
      break;
    case "work":
      running.set(event.id, printable(event.text) + countText(event));
      break;
    case "work-ended":
      running.delete(event.id);
      break;
  }
}

function countText(event: { readonly done?: number; readonly total?: number }): string {
  if (event.done === undefined) return "";
  return event.total ? ` ${Math.floor((event.done / event.total) * 100)} %` : ` ${event.done}`;
}

function linesFor(event: Progress, session: Session, firstWork: boolean): string[] {
  switch (event.kind) {
    case "step-ended":
      return isShown(event.row.step) || session.verbose || event.row.outcome === "failed"
        ? [rowText(event.row, session)]
        : [];
    case "work":
      return firstWork ? [printable(event.text)] : [];
    case "work-ended":
      return [printable(event.text)];
    default:
      return [];
  }
}

/** Steps that take a while, or that people wait for. The others are shown with -v, and when they fail. */
const isShown = (step: Step): boolean => jobUnit(step.action) !== null || step.action.do === "seed-root";

function rowText(row: ReportRow, session: Session): string {
  const { paintErr } = session;
  const took = row.took === undefined ? "" : paintErr.dim(` (${(row.took / 1000).toFixed(2)} s)`);
  if (row.outcome === "failed")
    return `${paintErr.red("failed")}: ${nameOf(row.step)}: ${printable(row.error ?? "")}${took}`;
  return `${`${paintErr.green(done[row.step.action.do])} ${subject(row.step.action)}`.trimEnd()}${took}`;
}

/** `start container@web.service` */
export const nameOf = ({ action }: Step): string =>
  `${action.do.replace(/-unit$/, "").replaceAll("-", " ")} ${subject(action)}`.trim();

/** What an action is about. */
function subject(action: Action): string {
  if ("unit" in action) return action.unit;
  if ("path" in action) return action.path;
  if ("link" in action) return action.link;
  if ("manager" in action) return action.manager;
  return "container" in action ? action.container : "";
}

type Words = Readonly<Record<Action["do"], string>>;

const doing: Words = {
  "stop-unit": "stopping",
  "remove-unit": "removing",
  "write-unit": "writing",
  "remove-unit-link": "removing",
  "write-unit-link": "linking",
  "remove-file": "removing",
  "write-file": "writing",
  "write-hosts": "writing the hosts file",
  "seed-root": "making the root of",
  prepare: "preparing",
  declare: "declaring",
  "record-generation": "recording the generation",
  "daemon-reload": "reloading systemd's units",
  "reload-manager": "reloading",
  "reload-unit": "reloading",
  "restart-unit": "restarting",
  "start-unit": "starting",
};

const done: Words = {
  "stop-unit": "stopped",
  "remove-unit": "removed",
  "write-unit": "wrote",
  "remove-unit-link": "removed",
  "write-unit-link": "linked",
  "remove-file": "removed",
  "write-file": "wrote",
  "write-hosts": "wrote the hosts file",
  "seed-root": "made the root of",
  prepare: "prepared",
  declare: "declared",
  "record-generation": "recorded the generation",
  "daemon-reload": "reloaded systemd's units",
  "reload-manager": "reloaded",
  "reload-unit": "reloaded",
  "restart-unit": "restarted",
  "start-unit": "started",
};
