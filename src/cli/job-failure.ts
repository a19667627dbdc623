/** Why a container's job failed: which unit, its exit status, its last lines. */
import { concernedUnits, explainFailure, type UnitFailure } from "../apply/explain.ts";
import { explainInside } from "../apply/explain-inside.ts";
import type { ContainerPart, Generation } from "../compile/generation.ts";
import type { StowageError } from "../error.ts";
import type { JobVerb } from "./container-job.ts";
import { containersOf } from "./names.ts";
import { noSystemProblem } from "./required.ts";
import type { Session } from "./session.ts";
import { systemdOf } from "./systemd.ts";

type Failure = Pick<UnitFailure, "text" | "log">;

/**
 * @param began when the job did, in milliseconds since 1970
 * @param error what systemd said of it: the answer where no unit shows a failure
 */
export async function failureOf(
  session: Session,
  verb: JobVerb,
  container: ContainerPart,
  current: Generation | null,
  began: number,
  error: StowageError,
): Promise<Failure> {
  const systemd = systemdOf(session);
  const isReload = verb === "reload" && container.kind === "system";
  const inside = isReload ? await explainInside(systemd, container, began) : null;
  if (inside !== null) return { text: inside.text, log: inside.log };
  const concerned = concernedUnits(container.unit, Object.values(containersOf(current)), current?.units);
  const failure = await explainFailure(systemd, concerned, began);
  if (failure !== null) return { text: failure.text, log: failure.log };
  // What systemd calls a failed assertion.
  const problems = verb === "start" || verb === "restart" ? noSystemProblem(container) : [];
  const words = problems.flatMap(({ message, details = [], hint }) => [message, ...details, ...(hint ? [hint] : [])]);
  const said = error.problems.flatMap(({ message, details = [] }) => [message, ...details]);
  return { text: said[0] ?? error.message, log: [...said.slice(1), ...words] };
}
