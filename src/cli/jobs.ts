/** start, stop and reload: one job of systemd's for each container, at once, and an exact word on each that fails. */
import { explainFailure } from "../apply/explain.ts";
import { explainInside } from "../apply/explain-inside.ts";
import type { ContainerPart } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import { stopUnit } from "../host/nspawn.ts";
import { isBooted, type Systemd, systemctl } from "../host/systemd.ts";
import { currentOf } from "./current.ts";
import { exitCodes } from "./exit-codes.ts";
import { findContainers } from "./names.ts";
import { failureText } from "./report/failure.ts";
import { problemText } from "./report/problems.ts";
import { noSystemProblem } from "./required.ts";
import { requireRoot, type Session } from "./session.ts";

type Verb = "start" | "stop" | "reload";

export async function containerJobs(session: Session, verb: Verb, names: readonly string[]) {
  requireRoot(session, verb);
  if (!isBooted()) throw noSystemd();
  const containers = findContainers(currentOf(session), names);
  const systemd = systemctl();
  const outcomes = await Promise.all(containers.map((container) => job(session, systemd, verb, container)));
  return outcomes.every(Boolean) ? exitCodes.done : exitCodes.unitsFailed;
}

/** @returns whether it went well */
async function job(session: Session, systemd: Systemd, verb: Verb, container: ContainerPart) {
  const began = Date.now();
  try {
    await (verb === "stop" ? stopUnit(systemd, container.unit) : systemd[verb](container.unit));
    if (session.verbose) session.tell(`${container.name}: ${verb} took ${Date.now() - began} ms\n`);
    return true;
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    const inside = verb === "reload" ? await explainInside(systemd, container, began) : null;
    const failure = inside ?? (await explainFailure(systemd, [container.unit, ...container.companions], began));
    session.io.stderr.write(failureText(failure ?? { text: error.message, log: [] }, session.paintErr));
    // What systemd calls a failed assertion.
    if (verb === "start")
      for (const problem of noSystemProblem(container)) session.io.stderr.write(problemText(problem, session.paintErr));
    return false;
  }
}

export const noSystemd = (): StowageError =>
  new StowageError({
    code: "no-systemd",
    message: "this machine is not running systemd",
    details: ["containers are services of systemd's: without it nothing can be started"],
  });
