/** What is under way, followed by its events. */
import { jobUnit } from "../../apply/perform.ts";
import type { Progress } from "../../apply/report.ts";
import type { JobState } from "../../host/systemd.ts";
import type { Step } from "../../plan/plan.ts";
import { printable } from "./paint.ts";
import { doing, isShown, subject } from "./step-words.ts";
import { spanText } from "./words.ts";

interface Task {
  /** Of tasks with the same, the one that began last is shown. */
  readonly of: string;
  readonly since: number;
  readonly text: string;
  readonly unit?: string | null;
  readonly job?: JobState;
}

export class UnderWay {
  readonly #tasks = new Map<string, Task>();

  /** @param now milliseconds since 1970 */
  follow(event: Progress, now: number): void {
    switch (event.kind) {
      case "step-started":
        if (isShown(event.step)) this.#tasks.set(event.step.id, taskOf(event.step, now));
        break;
      case "step-ended":
        this.#tasks.delete(event.row.step.id);
        break;
      case "work": {
        const id = `work ${event.id}`;
        const since = this.#tasks.get(id)?.since ?? now;
        this.#tasks.set(id, { of: id, since, text: printable(event.text) + countText(event) });
        break;
      }
      case "work-ended":
        this.#tasks.delete(`work ${event.id}`);
        break;
      case "job":
        for (const [id, task] of this.#tasks)
          if (task.unit === event.unit) this.#tasks.set(id, { ...task, job: event });
    }
  }

  /** One line for each container, and for each other thing, in the order in which they began. */
  lines(now: number): string[] {
    const shown = new Map<string, Task>();
    for (const task of this.#tasks.values()) shown.set(task.of, task);
    return [...shown.values()].map((task) => lineOf(task, now));
  }
}

const taskOf = (step: Step, since: number): Task => ({
  of: step.container === undefined ? step.id : `container ${step.container}`,
  since,
  text: `${doing[step.action.do]} ${subject(step.action)}`.trimEnd(),
  unit: jobUnit(step.action),
});

function lineOf({ text, since, job }: Task, now: number): string {
  const seconds = now - since >= 1000 ? [spanText(now - since)] : [];
  const more = [...(job === undefined ? [] : jobText(job)), ...seconds];
  return more.length === 0 ? text : `${text} (${more.join(", ")})`;
}

/** What its own main process says is the container's: it may say anything. */
function jobText({ active, sub, status, waitsFor }: JobState): string[] {
  if (waitsFor.length > 0) return [`waits for ${waitsFor.join(", ")}`];
  return [
    active === sub ? sub : `${active}: ${sub}`,
    ...(status === "" ? [] : [printable(status).replaceAll("\n", " ")]),
  ];
}

function countText(event: { readonly done?: number; readonly total?: number }): string {
  if (event.done === undefined) return "";
  return event.total ? ` ${Math.floor((event.done / event.total) * 100)} %` : ` ${event.done}`;
}
