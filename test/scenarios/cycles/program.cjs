/**
 * Runs on a lab host: starts and stops containers, several at once, and kills what belongs to them in every tenth cycle.
 * Argument: JSON {names, own, cycles}; `own` are those that have a network unit. Prints JSON: what was done and what
 * went wrong. What is left on the machine is not its business: the test compares that.
 */
const { execFile } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { setImmediate, setTimeout: sleep } = require("node:timers/promises");

const { names, own, cycles } = JSON.parse(process.argv[2]);
const report = { cycles: 0, killed: { supervisor: 0, init: 0, net: 0 }, escaped: 0, times: [], failures: [] };
/** Whose turn it is: the one that was not chosen for the longest time comes first. */
const victims = ["net", "supervisor", "init"];

const run = (program, ...argv) =>
  new Promise((resolve) => {
    execFile(program, argv, (error, stdout, stderr) => resolve({ ok: error === null, stdout, stderr }));
  });
const systemctl = (...argv) => run("systemctl", ...argv);
const property = async (unit, name) => (await systemctl("show", "--value", `--property=${name}`, unit)).stdout.trim();
const unitOf = (name) => `container@${name}.service`;

async function must(name, verb) {
  const from = process.hrtime.bigint();
  const { ok, stderr } = await systemctl(verb, unitOf(name));
  if (!ok) {
    const log = await run("journalctl", "--no-pager", "--output=cat", "--lines=12", `--unit=${unitOf(name)}`);
    report.failures.push(`${verb} ${name}: ${stderr.trim()}\n${log.stdout}`);
  } else if (verb === "start") report.times.push(Number(process.hrtime.bigint() - from) / 1e6);
}

/** Never 0: that would be our own process group. */
function kill(pid) {
  if (!(pid > 1)) return false;
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

function childOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
  } catch {
    return 0;
  }
}

/** Kills the supervisor, or the init that it holds; every second time waits until systemd has it running again. */
async function killRunning(name, victim, waits) {
  await must(name, "start");
  const supervisor = Number(await property(unitOf(name), "MainPID"));
  const done = kill(victim === "init" ? childOf(supervisor) : supervisor);
  if (!done) return false;
  for (let tries = 0; waits && tries < 1000; tries++) {
    const now = await property(unitOf(name), "MainPID");
    if (now !== "0" && now !== `${supervisor}` && (await property(unitOf(name), "ActiveState")) === "active") break;
    if (tries === 999) report.failures.push(`${name}: not running again after its ${victim} was killed`);
    await sleep(20);
  }
  return true;
}

/** Kills the first process of the network unit that is seen while it makes, or takes away, the network. */
async function killNet(name) {
  const processes = `/sys/fs/cgroup/system.slice/system-container\\x2dnet.slice/container-net@${name}.service/cgroup.procs`;
  const started = systemctl("start", unitOf(name));
  let ended = false;
  let done = false;
  void started.then(() => {
    ended = true;
  });
  while (!ended && !done) {
    try {
      done = kill(Number(readFileSync(processes, "utf8").split("\n")[0]));
    } catch {
      // The unit has no cgroup yet, or no longer.
    }
    await setImmediate();
  }
  await started;
  return done;
}

/** Moves it to the end of the row at once: containers that are killed at the same time take different ones. */
function nextVictim(name) {
  const victim = victims.find((one) => one !== "net" || own.includes(name));
  victims.push(...victims.splice(victims.indexOf(victim), 1));
  return victim;
}

async function killed(name, victim, waits) {
  const done = victim === "net" ? await killNet(name) : await killRunning(name, victim, waits);
  if (done) report.killed[victim]++;
  else report.escaped++;
  return done;
}

async function cycle(name, number, isLast) {
  report.cycles++;
  if (number % 10 === 9 && !isLast) await killed(name, nextVictim(name), Math.floor(number / 10) % 2 === 0);
  else await must(name, "start");
  await must(name, "stop");
}

/** A kill may come too late; each kind is to be seen at least once all the same. */
async function makeUp() {
  for (const victim of Object.keys(report.killed)) {
    for (let tries = 0; report.killed[victim] === 0 && tries < 20; tries++) {
      await killed(own[0], victim, true);
      await must(own[0], "stop");
    }
  }
}

/** The last cycle of each container is an undisturbed one: what a kill left must not be in its way. */
async function main() {
  let next = 0;
  const many = cycles - names.length;
  await Promise.all(
    names.map(async (name) => {
      while (next < many) await cycle(name, next++, false);
    }),
  );
  await makeUp();
  await Promise.all(names.map((name) => cycle(name, next++, true)));
  console.log(JSON.stringify(report));
}

void main();
