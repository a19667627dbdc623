/** {@link Systemd} over systemd's own socket. The log is journalctl's, here as well. */
import { StowageError } from "../../error.ts";
import { inScope, noScope, type OnJob, readingTimes, type Systemd } from "../systemd.ts";
import { CallFailed, ConnectionLost } from "./connection.ts";
import { jobFailed, jobRefused, type Verb, wentWell } from "./job-result.ts";
import { Jobs } from "./jobs.ts";
import { type Manager, managerCall, orElse, privateSocket, typeOf, unitPath } from "./manager.ts";
import { activityOf, statesOf } from "./states.ts";

/**
 * @param programs for what is not asked over the socket
 * @throws ConnectionLost where the socket cannot be reached
 */
export async function overSocket(programs: Pick<Systemd, "log">, socket = privateSocket): Promise<Systemd> {
  const jobs = new Jobs(socket);
  const { manager } = jobs;
  await manager.connect();
  const job = (verb: Verb) => (unit: string, onJob?: OnJob) => told(runJob(jobs, verb, unit, onJob));
  return {
    daemonReload: async () => void (await told(manager.method("Reload"))),
    start: job("start"),
    stop: job("stop"),
    restart: job("restart"),
    reload: job("reload"),
    // Refused where nothing of it runs.
    kill: async (unit, signal) =>
      void (await told(manager.method("KillUnit", "ssi", [unit, "all", signal]).catch(orElse([])))),
    leave: () => jobs.leave(),
    resetFailed: async (unit) => void (await told(manager.method("ResetFailedUnit", "s", [unit]).catch(orElse([])))),
    ownScope: (scope, description) => told(ownScope(jobs, scope, description)),
    activity: (units) => told(activityOf(manager, units)),
    states: (units) => told(statesOf(manager, units)),
    unitsReadAt: () => told(unitsReadAt(manager)),
    log: programs.log,
  };
}

const members: Readonly<Record<Verb, string>> = {
  start: "StartUnit",
  stop: "StopUnit",
  restart: "RestartUnit",
  reload: "ReloadUnit",
};

async function runJob(jobs: Jobs, verb: Verb, unit: string, onJob?: OnJob): Promise<void> {
  const request = { verb, unit, member: members[verb], signature: "ss", body: [unit, "replace"] };
  const result = await jobs.run(request, onJob).catch((error: unknown) => {
    throw error instanceof CallFailed ? jobRefused(verb, unit, error.message) : error;
  });
  if (wentWell(result)) return;
  const unitResult = await jobs.manager.get(unitPath(unit), typeOf(unit), "Result").catch(orElse(""));
  throw jobFailed(verb, unit, result, `${unitResult}`);
}

async function ownScope(jobs: Jobs, scope: string, description: string): Promise<void> {
  const about = [
    ["Description", { signature: "s", value: description }],
    ["PIDs", { signature: "au", value: [process.pid] }],
    ["CollectMode", { signature: "s", value: "inactive-or-failed" }],
  ];
  const body = [scope, "fail", about, []];
  const request = { verb: "start", unit: scope, member: "StartTransientUnit", signature: "ssa(sv)a(sa(sv))", body };
  const result = await jobs.run({ ...request, verb: "start" }).catch((error: unknown) => {
    throw error instanceof CallFailed ? noScope(scope, error.message) : error;
  });
  if (!wentWell(result)) throw noScope(scope, `its job ended with "${result}"`);
  await inScope(scope);
}

async function unitsReadAt(manager: Manager): Promise<number> {
  const { path } = managerCall("Get");
  // An older systemd has none of them.
  const times = readingTimes.map((property) => manager.get(path, "Manager", property).catch(orElse(0n)));
  return Math.max(0, ...(await Promise.all(times)).map(Number));
}

/** What people can do nothing about but know. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CallFailed) {
      throw new StowageError({ code: "systemd-refused", message: `systemd refused: ${error.message}` });
    }
    if (!(error instanceof ConnectionLost)) throw error;
    throw new StowageError({
      code: "systemd-lost",
      message: "systemd does not answer any more",
      details: [error.message],
      hint: "what was under way goes on without us; see what is with: stowage status",
    });
  }
}
