/**
 * Containers of podman and docker, in our words: what an engine knows of one. Facts: podman-inspect(1), podman-ps(1).
 */
import { enginePackages, enginePrograms } from "./engine-programs.ts";
import { type RunResult, run } from "./run.ts";

/** An engine as a user of the host has it: each has containers of its own. */
export interface EngineOf {
  readonly engine: "podman" | "docker";
  /** "root" with docker. */
  readonly user: string;
}

/** How root starts a command as another user. */
export type AsUser = (user: string, argv: readonly string[], terminal: boolean) => Promise<readonly string[]>;

export const commandOf = async (
  { engine, user }: EngineOf,
  args: readonly string[],
  asUser: AsUser,
  terminal = false,
) => (user === "root" ? [enginePrograms[engine], ...args] : asUser(user, [enginePrograms[engine], ...args], terminal));

/** Never where we are, where the user may not be. */
export async function ask(of: EngineOf, args: readonly string[], asUser: AsUser): Promise<RunResult> {
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

/** Sends a signal to a container's first process. @returns whether the engine did, and what it said if not */
export async function killContainer(of: EngineOf, name: string, signal: number, asUser: AsUser): Promise<RunResult> {
  return ask(of, ["container", "kill", `--signal=${signal}`, "--", name], asUser);
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
