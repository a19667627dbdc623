/** start, stop and reload: one job of systemd's for each container, at once, and an exact word on each that fails. */
import { concernedUnits, explainFailure } from "../apply/explain.ts";
import { explainInside } from "../apply/explain-inside.ts";
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import { stopUnit } from "../host/nspawn.ts";
import type { Systemd } from "../host/systemd.ts";
import { requireBooted } from "./booted.ts";
import { currentOf } from "./current.ts";
import { exitCodes } from "./exit-codes.ts";
import { containersOf, findContainers, notRunning } from "./names.ts";
import { failureText } from "./report/failure.ts";
import { problemText } from "./report/problems.ts";
import { noSystemProblem } from "./required.ts";
import { requireRoot, type Session } from "./session.ts";
import { systemdOf } from "./systemd.ts";

type Verb = "start" | "stop" | "reload";

export async function containerJobs(session: Session, verb: Verb, names: readonly string[]) {
  requireRoot(session, verb);
  requireBooted();
  const current = currentOf(session);
  const systemd = systemdOf(session);
  const outcomes = await Promise.all(
    findContainers(current, names).map((container) => job(session, systemd, verb, container, current)),
  );
  return outcomes.every(Boolean) ? exitCodes.done : exitCodes.unitsFailed;
}

/** @returns whether it went well */
async function job(
  session: Session,
  systemd: Systemd,
  verb: Verb,
  container: ContainerPart,
  current: Generation | null,
) {
  const began = Date.now();
  try {
    await jobOf(session, systemd, verb, container);
    if (session.verbose) session.tell(`${container.name}: ${verb} took ${Date.now() - began} ms\n`);
    return true;
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    const inside =
      verb === "reload" && container.kind === "system" ? await explainInside(systemd, container, began) : null;
    const concerned = concernedUnits(container.unit, Object.values(containersOf(current)), current?.units);
    const failure = inside ?? (await explainFailure(systemd, concerned, began));
    session.io.stderr.write(failureText(failure ?? { text: error.message, log: [] }, session.paintErr));
    // What systemd calls a failed assertion.
    if (verb === "start")
      for (const problem of noSystemProblem(container)) session.io.stderr.write(problemText(problem, session.paintErr));
    return false;
  }
}

async function jobOf(session: Session, systemd: Systemd, verb: Verb, { name, kind, unit }: ContainerPart) {
  if (verb === "stop") return stopUnit(systemd, unit);
  if (verb === "start" || kind === "system") return systemd[verb](unit);
  // As with one that could be reloaded: what does not run is not started by it.
  if ((await systemd.states([unit]))[unit]?.active !== "active") throw notRunning(name);
  session.tell(`${name} is an OCI container, which takes over nothing in place: it is restarted\n`);
  return systemd.restart(unit);
}
