/** How a command ended that a machine's systemd ran: what systemd-run says of it is not always so. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { askInside } from "./inside.ts";
import { parseFields } from "./journal.ts";
import type { MachineLife } from "./machined.ts";
import { run } from "./run.ts";

export interface Ended {
  /** The command's exit status; 128 + the number of the signal that ended it, or us, where that is known. */
  readonly status: number;
  /** systemd could not start it: in its manager's words, which are the machine's to choose. */
  readonly failedStep: string | null;
  /** The machine ended, and the command with it. */
  readonly withMachine?: boolean;
}

export interface CommandUnit {
  readonly machine: string;
  readonly unit: string;
  readonly life: MachineLife;
  /** Milliseconds from its start to the end of who waited for it. */
  readonly took: number;
  /** A signal to it is a failure to its systemd; else SIGTERM is a success, as to a service that was stopped. */
  readonly asJob: boolean;
}

/** As engines say it of what ends with its container: 128 + SIGKILL, which is what ends the last of them. */
export const endedWithMachine: Ended = { status: 137, failedStep: null, withMachine: true };

/**
 * @param status that systemd-run or, on a terminal, machinectl ended with; null where it did not
 */
export async function endOf(command: CommandUnit, status: number | null, terminal: boolean): Promise<Ended> {
  if (!command.life.isAlive()) return endedWithMachine;
  if (status === null) return fromJournal(command, 0);
  if (terminal) return (await statusOfUnit(command, status)) ?? endedWithMachine;
  if (status === 0) return endOfSuccess(command);
  if (!isSystemds(status)) return { status, failedStep: null };
  const ended = await explained(command, status);
  const byIt = ended.failedStep === null && (status === 255 || !command.life.isAlive());
  return byIt && (await isEnding(command)) ? endedWithMachine : ended;
}

/** On a terminal: of a unit that stays where it failed, and is then removed. Null where the machine does not answer. */
async function statusOfUnit(command: CommandUnit, attached: number): Promise<Ended | null> {
  const unit = await propertiesOf(command, ["ExecMainCode", "ExecMainStatus"]);
  if (unit === null) return null;
  const [code = 0, status = 0] = unit.map(Number);
  if (code === 0) return { status: attached, failedStep: null };
  const { machine, unit: name } = command;
  await forgetFailure(machine, name);
  // CLD_EXITED; the others are signals. waitid(2)
  return code === 1 ? explained(command, status) : { status: 128 + status, failedStep: null };
}

/** One that ended otherwise than by itself stays as a failed unit until then. */
export async function forgetFailure(machine: string, unit: string): Promise<void> {
  await run(["systemctl", `--machine=${machine}`, "reset-failed", "--", unit], { accept: "any", timeout: 10_000 });
}

/** In the order that is asked for; null where the machine's systemd does not answer. */
async function propertiesOf({ machine, unit }: CommandUnit, names: readonly string[]): Promise<string[] | null> {
  const argv = ["systemctl", `--machine=${machine}`, "show", `--property=${names.join(",")}`, "--", unit];
  const { status, stdout } = await run(argv, { accept: "any", timeout: 10_000 });
  if (status !== 0) return null;
  const lines = new Map(
    stdout.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  return names.map((name) => lines.get(name) ?? "");
}

/** Buses that systemd-run speaks to a machine's systemd over. */
const buses = ["dbus.service", "dbus-broker.service"];

/**
 * To systemd-run it is a success, too, when it loses the connection: because the machine ends, or its bus began anew,
 * and the command goes on.
 */
async function endOfSuccess(command: CommandUnit): Promise<Ended> {
  const { life, unit, took, asJob } = command;
  const goesOn = () => life.isAlive() && holdsProcesses(life, unit);
  if (goesOn()) {
    while (goesOn()) await sleep(200);
    const ended = life.isAlive() ? await fromJournal(command, 0) : endedWithMachine;
    return (await isEnding(command)) ? endedWithMachine : ended;
  }
  // A bus that is there, where little time was for it to end: to ask takes longer than most commands.
  if (asJob && took < briefly && buses.some((bus) => holdsProcesses(life, bus))) return success;
  if (await isEnding(command)) return endedWithMachine;
  return asJob ? success : fromJournal(command, 0);
}

const success: Ended = { status: 0, failedStep: null };
const briefly = 1000;

/** Whether a service of the machine's has any process. cgroups(7), "cgroup.events" */
export function holdsProcesses({ cgroups }: MachineLife, service: string): boolean {
  if (cgroups === null) return false;
  try {
    return /^populated 1$/m.test(readFileSync(`${cgroups}/system.slice/${service}/cgroup.events`, "utf8"));
  } catch {
    return false;
  }
}

/** Whether the machine ends, or has ended. */
async function isEnding({ machine, life }: CommandUnit): Promise<boolean> {
  if (!life.isAlive()) return true;
  const argv = ["systemctl", `--machine=${machine}`, "is-system-running"];
  const { stdout } = await run(argv, { accept: "any", timeout: 10_000 });
  return ["", "stopping", "offline", "unknown"].includes(stdout.trim());
}

/** systemd-messages of a step that failed before the command began, and of a main process that ended. sd-messages.h */
const spawnFailed = "641257651c1b4ec9a8624d7a40a9e1e7";
const processEnded = "98e322203f7a4ed290d09fe03c09fe15";

/** Whether a status may be systemd's own (systemd.exec(5), "PROCESS EXIT CODES"), or systemd-run's for a signal: 255. */
const isSystemds = (status: number): boolean => (status >= 200 && status <= 245) || status === 255;

/** A command may end with the same status as a step of systemd's: only the machine's journal knows which it was. */
const explained = async (command: CommandUnit, status: number): Promise<Ended> =>
  isSystemds(status) ? fromJournal(command, status) : { status, failedStep: null };

async function fromJournal({ machine, unit }: CommandUnit, status: number): Promise<Ended> {
  const matches = [`MESSAGE_ID=${spawnFailed}`, `MESSAGE_ID=${processEnded}`, `UNIT=${unit}`];
  const ask = ["journalctl", "--quiet", "--no-pager", "--output=json", ...matches];
  await askInside(machine, ["journalctl", "--sync"], { accept: "any" });
  const { stdout } = await askInside(machine, ask, { accept: "any" });
  return endingOf(stdout, status);
}

/** @param journal entries about one unit, as JSON lines */
export function endingOf(journal: string, status: number): Ended {
  for (const line of journal.split("\n")) {
    const entry = parseFields(line);
    if (entry?.MESSAGE_ID === spawnFailed) return { status, failedStep: entry.MESSAGE ?? "" };
    const ended = endingIn(entry);
    if (ended !== null) return { status: ended, failedStep: null };
  }
  return { status, failedStep: null };
}

/** Exit status of a main process that ended otherwise than well; null of what tells of none. */
function endingIn(entry: Readonly<Record<string, string>> | null): number | null {
  const number = Number(entry?.EXIT_STATUS);
  if (entry?.EXIT_CODE === "exited") return number >= 1 && number <= 255 ? number : null;
  if (entry?.EXIT_CODE !== "killed" && entry?.EXIT_CODE !== "dumped") return null;
  return number >= 1 && number <= 64 ? 128 + number : null;
}
