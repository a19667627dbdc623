/**
 * Events for programs: one JSON object a line on standard output, as things happen. A contract, see
 * docs/reference/events.md: fields come, but neither go nor change their meaning.
 */
import type { Progress } from "../../apply/report.ts";
import type { Problem } from "../../error.ts";
import type { Session } from "../session.ts";
import type { planJson } from "./plan-json.ts";
import { rowJson } from "./switched.ts";

/** What a plan was found to be. */
type PlanJson = ReturnType<typeof planJson>;

export type StowageEvent =
  /** Another run has the machine: who, where that can be known; `since` in milliseconds since 1970. */
  | {
      readonly event: "waiting";
      readonly for: "lock";
      readonly pid?: number;
      readonly verb?: string;
      readonly since?: number;
    }
  | { readonly event: "waiting"; readonly for: "build" }
  /** A long piece of work; told again as it goes on. */
  | {
      readonly event: "work";
      readonly id: string;
      readonly text: string;
      readonly done?: number;
      readonly total?: number;
    }
  | { readonly event: "work-ended"; readonly id: string; readonly text: string }
  | ({ readonly event: "plan" } & PlanJson)
  /** From here on the machine is changed. `scope`: the unit that we run in; null where systemd made none. */
  | { readonly event: "begun"; readonly verb: string; readonly scope: string | null }
  | { readonly event: "step-started"; readonly step: string; readonly container?: string; readonly because: string }
  /** How the job of a step that is under way stands. */
  | {
      readonly event: "job";
      readonly unit: string;
      readonly active: string;
      readonly sub: string;
      readonly status: string;
      readonly waitsFor: readonly string[];
    }
  | ({ readonly event: "step-ended" } & ReturnType<typeof rowJson>)
  /** Containers that ran before did not become ready: the generation `to` is activated again. */
  | { readonly event: "rolling-back"; readonly to: number; readonly because: readonly string[] }
  | { readonly event: "interrupted"; readonly signal: string; readonly text: string }
  | { readonly event: "error"; readonly exitCode: number; readonly problems: readonly Problem[] }
  /** The last: what `--json` prints. */
  | ({ readonly event: "result"; readonly exitCode: number } & Readonly<Record<string, unknown>>);

/** Prints an event, where events were asked for. `time`: milliseconds since 1970. */
export function emit(session: Pick<Session, "events" | "print">, { event, ...fields }: StowageEvent): void {
  if (session.events) session.print(`${JSON.stringify({ event, time: Date.now(), ...fields })}\n`);
}

export function eventOf(progress: Progress): StowageEvent {
  switch (progress.kind) {
    case "step-started": {
      const { id, container, because } = progress.step;
      return { event: "step-started", step: id, ...(container !== undefined && { container }), because };
    }
    case "step-ended":
      return { event: "step-ended", ...rowJson(progress.row) };
    case "job": {
      const { unit, active, sub, status, waitsFor } = progress;
      return { event: "job", unit, active, sub, status, waitsFor };
    }
    case "work": {
      const { kind, ...fields } = progress;
      return { event: kind, ...fields };
    }
    case "work-ended": {
      const { kind, ...fields } = progress;
      return { event: kind, ...fields };
    }
  }
}
