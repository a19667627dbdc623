/** Runs in the lab host of systemd.test.ts: does to its systemd what a switch does, and prints what came of it as JSON. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { StowageError } from "../../../src/error.ts";
import { overSocket } from "../../../src/host/dbus/index.ts";
import { hostSystemd, type JobState, type Systemd, systemctl } from "../../../src/host/systemd.ts";

const programs = systemctl();
const bySocket = await overSocket(programs);

const run = (...argv: string[]) => execFileSync(argv[0] as string, argv.slice(1), { stdio: "ignore" });
const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof StowageError ? error.message : `a bug: ${error}`),
  );

/** Until systemd is at a job. */
async function underWay(unit: string): Promise<void> {
  while ((await bySocket.activity([unit]))[unit]?.active !== "activating") await sleep(20);
}

const jobs = ["ok", "once", "fails", "pre", "slow-fails", "needs-failed", "masked", "nope", "skipped", "asserted"];
const escaped = "esc\\x2dape@a-b\\x2dc:d.service";

async function starts(systemd: Systemd) {
  const results: Record<string, string> = {};
  for (const name of [...jobs.map((one) => `${one}.service`), escaped, "not a name"]) {
    results[name] = await outcome(systemd.start(name));
    await systemd.resetFailed(name);
  }
  results.reload = await outcome(systemd.reload("ok.service"));
  results.restart = await outcome(systemd.restart("ok.service"));
  results.stop = await outcome(systemd.stop("ok.service"));
  results.stopNone = await outcome(systemd.stop("nope.service"));
  return results;
}

async function canceled() {
  const job = outcome(bySocket.start("long.service"));
  await underWay("long.service");
  await bySocket.stop("long.service");
  return job;
}

async function many() {
  const units = Array.from({ length: 200 }, (_, n) => `many@${n}.service`);
  const began = Date.now();
  const results = await Promise.all(units.map((unit) => outcome(bySocket.start(unit))));
  return { results: [...new Set(results)], took: Date.now() - began };
}

/** Something is done to systemd while a job is under way. */
async function during(...argv: string[]) {
  const job = outcome(bySocket.start("ready-soon.service"));
  await underWay("ready-soon.service");
  run(...argv);
  const result = await job;
  await bySocket.stop("ready-soon.service");
  return result;
}

async function withoutBus() {
  run("systemctl", "stop", "dbus.socket", "dbus.service");
  const result = await outcome(bySocket.restart("ok.service"));
  run("systemctl", "start", "dbus.socket", "dbus.service");
  return result;
}

async function progress() {
  const told: JobState[] = [];
  const note = (state: JobState) => void told.push(state);
  await Promise.all([bySocket.start("ready-soon.service", note), bySocket.start("later.service", note)]);
  await bySocket.stop("ready-soon.service");
  return told;
}

/** The same units as by systemctl; times may differ by how long it took to ask. */
async function states() {
  for (const unit of ["ok", "fails", "pre", "slow-fails", "skipped"]) await outcome(bySocket.start(`${unit}.service`));
  const units = [
    ...jobs.map((one) => `${one}.service`),
    escaped,
    "dbus.service",
    "dbus.socket",
    "-.mount",
    "machine.slice",
  ];
  const asked = await Promise.all([bySocket.states(units), programs.states(units)]);
  const shown = asked.map((one) =>
    Object.values(one).map(({ since, ...rest }) => ({ ...rest, since: since && Math.round(since / 1000) })),
  );
  const activities = await Promise.all([bySocket.activity(units), programs.activity(units)]);
  const readAt = await Promise.all([bySocket.unitsReadAt(), programs.unitsReadAt()]);
  return { shown, activities, readAt };
}

async function withoutSocket() {
  const told: string[] = [];
  renameSync("/run/systemd/private", "/run/systemd/private.away");
  const result = await outcome(hostSystemd((why) => told.push(why)).restart("ok.service"));
  renameSync("/run/systemd/private.away", "/run/systemd/private");
  return { result, told };
}

/** Our own process, in turns by both ways; a child, that we do not lose what the lab put us in. */
async function scopes() {
  if (process.argv[2] === "scope") {
    const systemd = process.argv[3] === "socket" ? bySocket : programs;
    const scope = `test-${process.argv[3]}.scope`;
    const before = await outcome(systemd.ownScope("not a scope", "x"));
    await systemd.ownScope(scope, "A test of ours");
    const description = execFileSync("systemctl", ["show", "--value", "-p", "Description", scope], {
      encoding: "utf8",
    });
    const cgroup = readFileSync("/proc/self/cgroup", "utf8").trim();
    return { before, description: description.trim(), isIn: cgroup.includes(`/system.slice/${scope}`) };
  }
  return Promise.all(
    ["socket", "programs"].map(async (way) => {
      const child = spawn(process.execPath, [process.argv[1] as string, "scope", way], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      for await (const chunk of child.stdout) said += chunk;
      // It is gone with its last process, or this never ends.
      while (existsSync(`/sys/fs/cgroup/system.slice/test-${way}.scope`)) await sleep(50);
      return JSON.parse(said);
    }),
  );
}

const answer =
  process.argv[2] === "scope"
    ? await scopes()
    : {
        socket: await starts(bySocket),
        programs: await starts(programs),
        canceled: await canceled(),
        many: await many(),
        reload: await during("systemctl", "daemon-reload"),
        ourReload: await outcome(bySocket.daemonReload()),
        reexec: await during("systemctl", "daemon-reexec"),
        withoutBus: await withoutBus(),
        progress: await progress(),
        states: await states(),
        withoutSocket: await withoutSocket(),
        scopes: await scopes(),
      };
console.log(JSON.stringify(answer));
