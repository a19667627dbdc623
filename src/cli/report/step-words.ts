/** Steps in words: what goes on, and what became of one. */
import { jobUnit } from "../../apply/perform.ts";
import type { ReportRow } from "../../apply/report.ts";
import type { Action, Step } from "../../plan/plan.ts";
import { type Paint, printable } from "./paint.ts";

/** Steps that take a while, or that people wait for. The others are shown with -v, and when they fail. */
export const isShown = (step: Step): boolean => jobUnit(step.action) !== null || step.action.do === "seed-root";

export function rowText(row: ReportRow, paint: Paint): string {
  const took = row.took === undefined ? "" : paint.dim(` (${(row.took / 1000).toFixed(2)} s)`);
  if (row.outcome === "failed")
    return `${paint.red("failed")}: ${nameOf(row.step)}: ${printable(row.error ?? "")}${took}`;
  return `${`${paint.green(done[row.step.action.do])} ${subject(row.step.action)}`.trimEnd()}${took}`;
}

/** `start container@web.service` */
export const nameOf = ({ action }: Step): string =>
  `${action.do.replace(/-unit$/, "").replaceAll("-", " ")} ${subject(action)}`.trim();

/** What an action is about. */
export function subject(action: Action): string {
  if ("unit" in action) return action.unit;
  if ("path" in action) return action.path;
  if ("link" in action) return action.link;
  if ("manager" in action) return action.manager;
  return "container" in action ? action.container : "";
}

type Words = Readonly<Record<Action["do"], string>>;

/** What goes on. */
export const doing: Words = {
  "stop-unit": "stopping",
  "load-ports": "loading ports of",
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
  "load-ports": "loaded ports of",
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
