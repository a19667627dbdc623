/** A command in a container of either kind, with our own terminal or streams. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerPart } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import { answersInside } from "../host/inside.ts";
import { type Ended, endedWithMachine } from "../host/inside-end.ts";
import { runInside } from "../host/inside-run.ts";
import { leaderOf, lifeOf } from "../host/machined.ts";
import { type Activity, isBooted } from "../host/systemd.ts";
import { currentOf } from "./current.ts";
import { findContainers, notRunning } from "./names.ts";
import { printable } from "./report/paint.ts";
import type { Session } from "./session.ts";
import { systemdOf } from "./systemd.ts";

export interface EnterOptions {
  readonly user?: string;
  readonly cwd?: string;
  readonly env?: readonly string[];
}

/** @throws StowageError `unknown-container` */
export function containerNamed(session: Session, name: string): ContainerPart {
  const [container] = findContainers(currentOf(session), [name]);
  return container as ContainerPart;
}

/**
 * Runs it, and tells on stderr what its exit status does not say.
 * @returns the command's exit status; 137 where the container ended under it
 * @throws StowageError `not-running`
 */
export async function enter(
  session: Session,
  container: ContainerPart,
  command: readonly string[],
  options: EnterOptions,
): Promise<number> {
  const { stdin, stdout } = session.io;
  const onTerminal = { ...options, terminal: stdin.isTTY === true && stdout.isTTY === true };
  const ended =
    container.kind === "oci"
      ? await enterOci(session, container, command, onTerminal)
      : await enterSystem(session, container, command, onTerminal);
  const words = wordsOf(container.name, ended);
  if (words !== null) session.io.stderr.write(`${printable(words)}\n`);
  return ended.status;
}

type OnTerminal = EnterOptions & { readonly terminal: boolean };

async function enterSystem(
  session: Session,
  container: ContainerPart,
  command: readonly string[],
  options: OnTerminal,
): Promise<Ended> {
  const { name } = container;
  const isStarting = (await activityOf(session, container)).active === "activating";
  if (isStarting) await untilItAnswers(session, container);
  const leader = await leaderOf(name);
  if (leader === null) throw notRunning(name);
  return runInside(name, lifeOf(leader), command, { ...options, asJob: !isStarting });
}

async function enterOci(
  session: Session,
  container: ContainerPart,
  command: readonly string[],
  options: OnTerminal,
): Promise<Ended> {
  const { name, oci } = container;
  const before = await runOf(session, container);
  if (oci === undefined || before === null) throw notRunning(name);
  const { asUser } = await import("./as-user.ts");
  const { inspect } = await import("../host/engines.ts");
  const { runInContainer } = await import("../host/engine-exec.ts");
  const ended = await runInContainer(oci, name, command, options, asUser);
  // Engines do not tell the end of a container from a SIGKILL to the command; and they know of it before the service does.
  const hasEnded = async () =>
    (await inspect(oci, name, asUser))?.state !== "running" || (await runOf(session, container)) !== before;
  return ofLostContainer.includes(ended.status) && (await hasEnded()) ? endedWithMachine : ended;
}

/** What engines end with whose container ends under a command: podman, where it was removed in the meantime, with its own. */
const ofLostContainer = [125, 137, 255];

/** Which run of its service it is; null where it does not run. */
async function runOf(session: Session, { unit }: ContainerPart): Promise<string | null> {
  const states = isBooted() ? await systemdOf(session).states([unit]) : {};
  return states[unit]?.active === "active" ? states[unit].invocation : null;
}

/** A machine without systemd runs nothing. */
async function activityOf(session: Session, { unit }: ContainerPart): Promise<Activity> {
  const states = isBooted() ? await systemdOf(session).activity([unit]) : {};
  return states[unit] ?? { active: "inactive", sub: "dead" };
}

/** Milliseconds between two looks, and until it is said that we wait. */
const lookEvery = 200;
const saidAfter = 1000;

/** One that does not get ready is what somebody wants to look into: its systemd takes orders long before that. */
async function untilItAnswers(session: Session, container: ContainerPart): Promise<void> {
  const { name } = container;
  const began = Date.now();
  let isSaid = false;
  while ((await leaderOf(name)) === null || !(await answersInside(name))) {
    if (!["activating", "active"].includes((await activityOf(session, container)).active)) throw notRunning(name);
    if (!isSaid && Date.now() - began > saidAfter) {
      session.tell(`${name} is starting: waiting until its systemd takes orders\n`);
      isSaid = true;
    }
    await sleep(lookEvery);
  }
}

function wordsOf(name: string, { status, failedStep, withMachine }: Ended): string | null {
  if (withMachine) return `the container ${name} ended, and the command with it`;
  return failedStep === null ? null : notBegun(name, status, failedStep);
}

/** systemd.exec(5), "PROCESS EXIT CODES": those that people meet. */
const steps: Readonly<Record<number, string>> = {
  200: "the directory of --cwd cannot be entered",
  203: "there is no such program that it can execute",
  208: "standard input cannot be given to it",
  216: "the group of the user cannot be taken",
  217: "the user of --user is unknown",
};

/** Without the unit's name in front, which we made up. */
function notBegun(name: string, status: number, said: string): string {
  const words = said.replace(/^stowage-run-\S+: /, "");
  return `status ${status}: systemd in ${name} could not begin it${steps[status] ? `: ${steps[status]}` : ""} (${words})`;
}

/** Of `--env`: systemd-run would take a bare name's value from our own environment, which is not what was asked for. */
export function assignment(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(text)) return text;
  throw new StowageError({ code: "bad-variable", message: `--env takes NAME=value, not "${text}"` }, { exitCode: 64 });
}
