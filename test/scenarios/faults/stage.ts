/** The machine on which runs are cut short, and the program that does it there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hostWith } from "../configurations.ts";
import type { Machine } from "../harness/machine.ts";

export interface Round {
  /** Path of the command on the lab host. Default: the product. */
  readonly cli?: string;
  readonly verbs: readonly ("switch" | "rollback" | "gc")[];
  /** What happens, one after the other, as strace has it: `signal=KILL`, `error=ENOSPC`. */
  readonly what: readonly string[];
  readonly points: number;
  /** Only at calls that this matches: their name, and their text as strace shows it. */
  readonly only?: string;
  /** How often `plan` is asked, too. Default: each time. */
  readonly planEvery?: number;
  /** It ends after so many failures. Default 10. */
  readonly enough?: number;
}

export interface Request {
  readonly seed: number;
  /** Also at calls that change nothing. */
  readonly looking: boolean;
  readonly rounds: readonly Round[];
}

export interface Told {
  readonly points: number;
  /** Runs that came to their end before the point was reached. */
  readonly late: number;
  /** Which generation was current afterwards. */
  readonly ends: { readonly old: number; readonly new: number };
  /** How often each call was struck. */
  readonly calls: Readonly<Record<string, number>>;
  readonly verbs: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
  readonly seconds: number;
}

export interface Answer {
  /** How many points there are, by verb. */
  readonly possible: Readonly<Record<string, number>>;
  readonly rounds: readonly Told[];
  /** What ended the program itself. */
  readonly error?: string;
}

const programs = join(import.meta.dirname, "program");
const home = "/root/faults";
const tree = "/var/lib/machines/tiny";

const system = (text: string) => `config: { environment: { etc: { told: { text: ${JSON.stringify(text)} } } } },`;
const network = (address: string) =>
  `path: "${tree}", privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "${address}",`;
const live = "autoStart: true, config: {},";

/** One that runs on untouched, one with a system of its own, one with a network; and one that comes, or goes. */
export const a = hostWith({
  live,
  system: system("a"),
  linked: network("10.233.1.2"),
  two: `path: "${tree}", autoStart: true,`,
});
export const b = hostWith({
  live,
  system: system("something else"),
  linked: `${network("10.233.1.3")} forwardPorts: [{ hostPort: 8081, containerPort: 80 }],`,
  three: `path: "${tree}", ephemeral: true,`,
});

/** What both need but the toplevels is in the store then; nothing is switched. */
export async function prepare(host: Machine): Promise<void> {
  await host.configure(a);
  for (const name of readdirSync(programs)) {
    await host.put(`${home}/${name}`, readFileSync(join(programs, name), "utf8"));
  }
  await host.put("/etc/stowage/a.ts", a);
  await host.put("/etc/stowage/b.ts", b);
  // Nobody touches what is not ours.
  await host.put("/etc/systemd/system/somebodys.service", "[Service]\nExecStart=/bin/true\n");
  await host.put("/etc/stowage/mine.txt", "of the user\n");
  await host.must(["sh", `${home}/tree.sh`, tree]);
}

export async function strike(host: Machine, request: Request, timeout: number): Promise<Answer> {
  const argv = ["node", `${home}/main.cjs`, JSON.stringify(request)];
  return JSON.parse(await host.must(argv, { timeout })) as Answer;
}
