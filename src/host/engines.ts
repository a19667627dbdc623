/**
 * Containers of podman and docker, in our words: what an engine knows of one, and a command inside of one.
 * Facts: podman-inspect(1), podman-ps(1), podman-exec(1), docker-container-exec(1).
 */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { enginePackages, enginePrograms } from "./engine-programs.ts";
import type { Ended } from "./inside.ts";
import { stopUntil } from "./inside.ts";
import { attach, type RunResult, run } from "./run.ts";

/** An engine as a user of the host has it: each has containers of its own. */
export interface EngineOf {
  readonly engine: "podman" | "docker";
  /** "root" with docker. */
  readonly user: string;
}

/** How root starts a command as another user. */
export type AsUser = (user: string, argv: readonly string[], terminal: boolean) => Promise<readonly string[]>;

const commandOf = async ({ engine, user }: EngineOf, args: readonly string[], asUser: AsUser, terminal = false) =>
  user === "root" ? [enginePrograms[engine], ...args] : asUser(user, [enginePrograms[engine], ...args], terminal);

/** Never where we are, where the user may not be. */
async function ask(of: EngineOf, args: readonly string[], asUser: AsUser): Promise<RunResult> {
  const argv = await commandOf(of, args, asUser);
  return run(argv, { accept: "any", cwd: "/", timeout: 10_000, package: enginePackages[of.engine].debian });
}

export interface EngineContainer {
  /** `running`, `paused`, `exited`, … */
  readonly state: string;
  /** Process id on the host, or null where it does not run. */
  readonly pid: number | null;
  /** That its networks gave it, IPv4 first. */
  readonly addresses: readonly string[];
}

/** @returns null where the engine has no container of that name, or cannot be asked */
export async function inspect(of: EngineOf, name: string, asUser: AsUser): Promise<EngineContainer | null> {
  const { status, stdout } = await ask(of, ["container", "inspect", "--", name], asUser);
  return status === 0 ? parseInspect(stdout) : null;
}

/** @param text what `container inspect` prints of one container; null where that is nothing of it */
export function parseInspect(text: string): EngineContainer | null {
  const [first] = listIn(text);
  if (first === undefined) return null;
  const [state, settings] = [fieldsOf(first.State), fieldsOf(first.NetworkSettings)];
  const networks = Object.values(fieldsOf(settings.Networks)).map(fieldsOf);
  const all = [settings, ...networks];
  const given = (key: string) => all.map((one) => one[key]).filter((one): one is string => typeof one === "string");
  const addresses = [...given("IPAddress"), ...given("GlobalIPv6Address")].filter((one) => one !== "");
  const pid = Number(state.Pid);
  return { state: String(state.Status ?? ""), pid: pid > 0 ? pid : null, addresses: [...new Set(addresses)] };
}

/** State of each container that an engine has, by name; null where it does not say. */
export async function containerStates(of: EngineOf, asUser: AsUser): Promise<ReadonlyMap<string, string> | null> {
  const argv = ["container", "ls", "--all", "--format", "{{.Names}}\t{{.State}}"];
  const answer = await ask(of, argv, asUser).catch(() => null);
  if (answer === null || answer.status !== 0) return null;
  return parseStates(answer.stdout);
}

/** @param text a line for each container: its name, or several with commas between, a tab, its state */
export function parseStates(text: string): ReadonlyMap<string, string> {
  const rows = text.split("\n").map((line) => line.split("\t"));
  return new Map(
    rows.flatMap(([names = "", state]) => (state ? names.split(",").map((name) => [name, stateIn(state)]) : [])),
  );
}

/** Podman before 5 says it in other words: `Up 3 seconds ago`, `Paused`, `Exited (0) 3 seconds ago`. */
function stateIn(text: string): string {
  const word = text.toLowerCase();
  if (word.includes("paused")) return "paused";
  return /^up\b/.test(word) ? "running" : word;
}

export interface ExecOptions {
  /** As the engine takes it, `user:group` too. Default: the container's. */
  readonly user?: string;
  /** Default: the container's. */
  readonly cwd?: string;
  /** `NAME=value` */
  readonly env?: readonly string[];
  /** The command gets a terminal of its own; else our three standard streams as they are. */
  readonly terminal: boolean;
}

/** Tells what a command inside has started from everything else there: no engine ends that with its own command. */
const markName = "STOWAGE_RUN";

/** The arguments of `podman exec` and `docker exec`. */
export const execArguments = (name: string, command: readonly string[], mark: string, options: ExecOptions) => [
  "exec",
  "--interactive",
  ...(options.terminal ? ["--tty"] : []),
  ...(options.user === undefined ? [] : [`--user=${options.user}`]),
  ...(options.cwd === undefined ? [] : [`--workdir=${options.cwd}`]),
  ...(options.env ?? []).map((assignment) => `--env=${assignment}`),
  `--env=${markName}=${mark}`,
  "--",
  name,
  ...command,
];

/** Runs a command in a container with our own terminal or streams; its exit status is the command's, or the engine's own. */
export async function runInContainer(
  of: EngineOf,
  name: string,
  command: readonly string[],
  options: ExecOptions,
  asUser: AsUser,
): Promise<Ended> {
  const mark = randomBytes(8).toString("hex");
  const argv = await commandOf(of, execArguments(name, command, mark, options), asUser, options.terminal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  let interrupted: NodeJS.Signals | null = null;
  let stopping: Promise<void> | null = null;
  let isOver = false;
  const stop = (signal: NodeJS.Signals) => {
    interrupted = signal;
    stopping ??= stopUntil(() => isOver, stopMarked(mark));
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    const status = await attach(argv, { package: enginePackages[of.engine].debian });
    isOver = true;
    await stopping;
    return { status: interrupted === null ? status : 128 + constants.signals[interrupted], failedStep: null };
  } finally {
    isOver = true;
    for (const signal of signals) process.off(signal, stop);
  }
}

/** Milliseconds that what was asked to end is given. */
const patience = 10_000;

/** Asks everything with the mark to end, and kills what does not listen. */
function stopMarked(mark: string): () => Promise<void> {
  const began = Date.now();
  return async () => {
    for (const pid of marked(mark)) signal(pid, Date.now() - began > patience ? "SIGKILL" : "SIGTERM");
  };
}

/** Processes of this machine that were given the mark, or have it from one that was. */
export function marked(mark: string): number[] {
  const wanted = `${markName}=${mark}`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && environmentOf(entry).includes(wanted))
    .map(Number);
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    // It has ended.
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended: what was asked for.
  }
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

function listIn(text: string): Fields[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(fieldsOf) : [];
  } catch {
    return [];
  }
}
