/**
 * stowage logs NAME: the log of the container's service on the host and the journal inside, in the order of time.
 *
 * Of a running container the inner journal is read by its own journalctl, inside: the host neither parses files nor
 * follows paths that the container could have made. Of one that is down the files below its root are read, if any.
 */
import type { ContainerPart } from "../../compile/generation.ts";
import { StowageError } from "../../error.ts";
import { insideCommand, stopInside, transientName } from "../../host/inside.ts";
import {
  isEngineNote,
  isPayload,
  type JournalEntry,
  type JournalRequest,
  journalCommand,
  journalFiles,
  parseEntry,
} from "../../host/journal.ts";
import { leaderOf } from "../../host/machined.ts";
import { run } from "../../host/run.ts";
import { containerDir } from "../../store/layout.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import { findContainers } from "../names.ts";
import { printable } from "../report/paint.ts";
import { timeText } from "../report/words.ts";
import { requireRoot, type Session } from "../session.ts";
import type { LogsFlags } from "../verbs/parts.ts";

interface Source {
  readonly from: "host" | "inside";
  readonly argv: readonly string[];
  /** It has what an OCI container says as well. */
  readonly isMixed?: boolean;
  /** Ends what would go on without us. It holds our end of the pipe: nothing is at an end before it is. */
  readonly stop?: () => Promise<void>;
}

type Line = JournalEntry & { readonly from: Source["from"] };

const defaultLines = 100;

export default async function logs(session: Session, flags: LogsFlags, name: string): Promise<number> {
  requireRoot(session, "logs");
  const [container] = findContainers(currentOf(session), [name]);
  if (container?.kind === "oci" && flags.unit !== undefined) throw noUnits(name);
  const sources = await sourcesOf(session, container!, flags);
  const isKnown = await knowsUnit(session, container!, flags);
  const show = (line: Line) => session.print(flags.json ? `${JSON.stringify(line)}\n` : lineText(line));
  if (flags.follow) {
    await follow(sources, show);
  } else {
    const lines: Line[] = [];
    await Promise.all(sources.map((source) => read(source, (line) => lines.push(line))));
    for (const line of lastOf(lines, flags)) show(line);
    if (lines.length === 0 && !isKnown) return exitCodes.error;
  }
  return exitCodes.done;
}

/**
 * What is asked for may have been logged by a unit that is gone: then its lines are shown. But a name that nobody knows
 * would be answered by silence, or waited for without end.
 */
async function knowsUnit(session: Session, { name }: ContainerPart, { unit }: LogsFlags): Promise<boolean> {
  if (unit === undefined || (await leaderOf(name)) === null) return true;
  const argv = ["systemctl", `--machine=${name}`, "show", "--property=LoadState", "--value", "--", unit];
  const { stdout } = await run(argv, { accept: "any", package: "systemd" });
  if (stdout.trim() !== "not-found") return true;
  session.tell(`There is no unit ${unit} in ${name} now.\n`);
  return false;
}

async function sourcesOf(session: Session, container: ContainerPart, flags: LogsFlags): Promise<Source[]> {
  const wanted = wantedOf(flags);
  const inner = journalCommand({ ...wanted, units: flags.unit === undefined ? [] : [flags.unit] });
  const sources: Source[] = [];
  if (flags.unit === undefined) {
    const units = [container.unit, ...container.companions];
    const isMixed = container.kind === "oci";
    // Of these some are not shown.
    const more = isMixed && wanted.lines !== undefined ? { lines: wanted.lines * 3 } : {};
    sources.push({ from: "host", argv: journalCommand({ ...wanted, ...more, units }), isMixed });
  }
  // All that an OCI container says is in its service's.
  if (container.kind === "oci") return sources;
  if ((await leaderOf(container.name)) !== null) {
    const unit = transientName();
    const argv = insideCommand(container.name, unit, inner, { terminal: false, unlogged: true });
    sources.push({ from: "inside", argv, stop: () => stopInside(container.name, unit) });
  } else {
    const files = journalFiles(`${containerDir(session.layout, container.name)}/root`);
    if (files.length > 0) sources.push({ from: "inside", argv: [...inner, ...files.map((file) => `--file=${file}`)] });
  }
  return sources;
}

const noUnits = (name: string): StowageError =>
  new StowageError(
    {
      code: "no-units-inside",
      message: `container ${name} is an OCI container, which has no units of its own`,
      hint: `all that it says: stowage logs ${name}`,
    },
    { exitCode: exitCodes.badUsage },
  );

function wantedOf(flags: LogsFlags): Omit<JournalRequest, "units"> {
  const lines = flags.lines ?? (flags.since === undefined ? defaultLines : undefined);
  return {
    follow: flags.follow === true,
    ...(lines !== undefined && { lines }),
    ...(flags.since !== undefined && { since: flags.since }),
  };
}

/** Each source has given its own last lines: of all of them the last ones are wanted. */
function lastOf(lines: readonly Line[], flags: LogsFlags): Line[] {
  const sorted = [...lines].sort((a, b) => a.time - b.time);
  const { lines: count } = wantedOf(flags);
  return count === undefined ? sorted : sorted.slice(Math.max(0, sorted.length - count));
}

async function read(source: Source, onEntry: (line: Line) => void, signal?: AbortSignal): Promise<void> {
  const said: string[] = [];
  const { status } = await run(source.argv, {
    discard: true,
    accept: "any",
    ...(signal && { signal }),
    onLine(text, stream) {
      if (stream === "stderr") said.push(text);
      const entry = stream === "stdout" ? parseEntry(text) : null;
      if (entry === null || (source.isMixed && isEngineNote(entry))) return;
      onEntry({ ...entry, from: source.isMixed && isPayload(text) ? "inside" : source.from });
    },
  });
  // A status alone is no failure: 1 is also that nothing was found, and we may have ended it.
  if (status !== 0 && said.length > 0 && !signal?.aborted) throw unreadable(source, said);
}

const unreadable = ({ from }: Source, said: readonly string[]): StowageError =>
  new StowageError({
    code: "journal-unreadable",
    message: `journalctl ${from === "host" ? "on the host" : "of the container"}: ${printable(said[0] ?? "")}`,
    details: said.slice(1, 20).map(printable),
  });

/** How long the lines that are there already are gathered, so that they come in order; milliseconds. */
const gathering = 300;

/** Until an interrupt, or until all sources have ended. */
async function follow(sources: readonly Source[], show: (line: Line) => void): Promise<void> {
  const stopped = new AbortController();
  const onSignal = () => {
    stopped.abort();
    for (const source of sources) source.stop?.().catch(() => undefined);
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  process.stdout.once("error", onSignal);
  let first: Line[] | null = [];
  const flush = () => {
    for (const line of (first ?? []).sort((a, b) => a.time - b.time)) show(line);
    first = null;
  };
  const timer = setTimeout(flush, gathering);
  const onEntry = (line: Line) => (first === null ? show(line) : void first.push(line));
  try {
    await Promise.all(sources.map((source) => read(source, onEntry, stopped.signal)));
  } catch (error) {
    onSignal();
    throw error;
  } finally {
    clearTimeout(timer);
    flush();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    process.stdout.off("error", onSignal);
  }
}

function lineText(line: Line): string {
  const pid = line.pid === null ? "" : `[${line.pid}]`;
  const where = line.from === "host" ? "host " : "";
  const head = `${timeText(line.time / 1000)} ${where}${line.identifier}${pid}: `;
  return `${printable(head + line.message).replaceAll("\n", `\n${" ".repeat(head.length)}`)}\n`;
}
