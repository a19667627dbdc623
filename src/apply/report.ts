/** What became of a plan: a row for every step from the start. Decides the exit code. */
import type { JobState } from "../host/systemd.ts";
import type { Step } from "../plan/plan.ts";

export interface ReportRow {
  readonly step: Step;
  readonly outcome: "not-run" | "done" | "failed";
  /** Of a failed step: what went wrong, in one line. */
  readonly error?: string;
  /** Of a failed unit: its last log lines. */
  readonly log?: readonly string[];
  /** Milliseconds, of a step that ran. */
  readonly took?: number;
}

export interface Report {
  readonly rows: readonly ReportRow[];
}

/** Told while a plan is carried out, so that a person sees it live. */
export type Progress =
  | { readonly kind: "step-started"; readonly step: Step }
  | { readonly kind: "step-ended"; readonly row: ReportRow }
  /** A long piece of work before or inside a step: a download, a build. `done`/`total` where they are known. */
  | {
      readonly kind: "work";
      readonly id: string;
      readonly text: string;
      readonly done?: number;
      readonly total?: number;
    }
  | { readonly kind: "work-ended"; readonly id: string; readonly text: string }
  /** How the job of a step stands: told when it begins and whenever that changes, between the step's start and its end. */
  | ({ readonly kind: "job" } & JobState);

export type OnProgress = (event: Progress) => void;
