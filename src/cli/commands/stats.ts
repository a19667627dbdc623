/** stowage stats [NAME...]: processor, memory, network and disk, of each container; once, or again and again. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerPart } from "../../compile/generation.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import { containersOf, findContainers } from "../names.ts";
import { type Payload, payloadsOf } from "../payload.ts";
import { columns } from "../report/columns.ts";
import { sizeText, timeUsedText } from "../report/sizes.ts";
import { requireRoot, type Session, type SharedFlags } from "../session.ts";
import { processorShare, type Usage, usageNow } from "../usage.ts";

export type StatsFlags = SharedFlags & { readonly json?: boolean; readonly watch?: boolean };

/** Milliseconds between two looks: the first answer is to come soon, the others are to be read. */
const firstPause = 500;
const nextPause = 2000;

export default async function stats(session: Session, flags: StatsFlags, ...names: string[]): Promise<number> {
  requireRoot(session, "stats");
  let before: Look | undefined = await look(session, names);
  for (let isFirst = true; ; isFirst = false) {
    await sleep(isFirst ? firstPause : nextPause);
    const now: Look = await look(session, names);
    const rows = rowsOf(before, now, names.length > 0);
    show(session, flags, rows);
    if (isFirst) tellWhatIsMissing(session, rows);
    if (!flags.watch) return exitCodes.done;
    before = now;
  }
}

interface Look {
  /** Milliseconds, by a clock that nobody sets. */
  readonly at: number;
  readonly containers: readonly ContainerPart[];
  readonly usage: ReadonlyMap<string, Usage & { readonly pid: number }>;
}

/** Containers come and go while they are watched: each look begins with what the machine has now. */
async function look(session: Session, names: readonly string[]): Promise<Look> {
  const generation = currentOf(session);
  const containers = names.length > 0 ? findContainers(generation, names) : Object.values(containersOf(generation));
  const payloads = await payloadsOf(session, containers);
  const of = (payload: Payload) => ({ ...usageNow(payload), pid: payload.pid });
  const usage = new Map([...payloads].map(([name, payload]) => [name, of(payload)] as const));
  return { at: performance.now(), containers, usage };
}

type Row = ReturnType<typeof rowsOf>[number];

/** @param isAsked those that do not run are shown as well */
function rowsOf(before: Look, now: Look, isAsked: boolean) {
  const rows = now.containers.flatMap(({ name }) => {
    const usage = now.usage.get(name);
    if (usage === undefined) return isAsked ? [{ name, running: false, cpu: null, ...unknown }] : [];
    const { pid, ...known } = usage;
    const former = before.usage.get(name);
    const cpu = former?.pid === pid ? processorShare(former, known, now.at - before.at) : null;
    return [{ name, running: true, cpu, ...known }];
  });
  return isAsked ? rows : rows.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const unknown: Usage = {
  cpuTime: null,
  memory: null,
  memorySource: null,
  memoryLimit: null,
  processes: 0,
  received: null,
  sent: null,
  read: null,
  written: null,
};

function show(session: Session, flags: StatsFlags, rows: readonly Row[]): void {
  const text = flags.json ? `${JSON.stringify(rows, null, flags.watch ? 0 : 2)}\n` : table(rows);
  // On a terminal each takes the place of the one before.
  if (flags.watch && !flags.json && session.io.stdout.isTTY) session.print(`\u001b[H\u001b[J${text}`);
  else session.print(flags.watch && !flags.json ? `${text}\n` : text);
}

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const head = ["NAME", "CPU", "CPU TIME", "MEMORY", "LIMIT", "NET IN", "NET OUT", "READ", "WRITTEN", "PROCESSES"];
  const cells = rows.map((row) => [
    row.name,
    row.cpu === null ? "-" : `${row.cpu.toFixed(1)}%`,
    row.cpuTime === null ? "-" : timeUsedText(row.cpuTime),
    sizeText(row.memory),
    sizeText(row.memoryLimit),
    sizeText(row.received),
    sizeText(row.sent),
    sizeText(row.read),
    sizeText(row.written),
    row.running ? `${row.processes}` : "-",
  ]);
  return columns([head, ...cells]);
}

/** What this machine does not count, or counts otherwise. */
function tellWhatIsMissing(session: Session, rows: readonly Row[]): void {
  const running = rows.filter((row) => row.running);
  const sources = new Set(running.map(({ memorySource }) => memorySource));
  if (sources.has("pss"))
    session.tell("memory: a sum over processes (PSS), as this machine has no memory controller for them\n");
  if (sources.has("rss"))
    session.tell(
      "memory: a sum over processes (RSS, what they share is counted for each), as this machine has no memory controller for them\n",
    );
  if (running.some(({ read }) => read === null))
    session.tell("disk: not known, as this machine has no io controller for them\n");
}
