/** Where the log of a container is to be read, and what its lines mean. */
import type { ContainerPart, Generation } from "../../compile/generation.ts";
import { StowageError } from "../../error.ts";
import { insideCommand, stopInside, transientName } from "../../host/inside.ts";
import {
  cursorOf,
  insideOf,
  isEngineNote,
  isPayload,
  type JournalEntry,
  type JournalRequest,
  journalCommand,
  journalFiles,
  parseEntry,
} from "../../host/journal.ts";
import type { MachineLife } from "../../host/machined.ts";
import { run } from "../../host/run.ts";
import { forwardsJournal } from "../../runtimes/nspawn/arguments.ts";
import { containerDir, type Layout } from "../../store/layout.ts";
import { printable } from "../report/paint.ts";

export type Line = JournalEntry & { readonly container: string; readonly from: "host" | "inside" };

export interface Source {
  readonly from: Line["from"];
  readonly argv: readonly string[];
  /** @returns null for what is not shown */
  line(text: string): Line | null;
  /** Ends what would go on without us. It holds our end of the pipe: nothing is at an end before it is. */
  readonly stop?: () => Promise<void>;
}

export type Wanted = Omit<JournalRequest, "units">;

/** Whether everything that it says inside is in its service's log on the host, and nowhere else once it has ended. */
export const isForwarded = (generation: Generation | null, { ephemeral, kind, unit }: ContainerPart): boolean =>
  kind === "system" && ephemeral && forwardsJournal(generation?.units[unit]);

/** The service's log on the host, and what a container says by it. */
export function hostSource(container: ContainerPart, forwarded: boolean, wanted: Wanted): Source {
  const { name, kind, unit, companions } = container;
  const isOci = kind === "oci";
  // Of these some are not shown.
  const more = isOci && wanted.lines !== undefined ? { lines: wanted.lines * 3 } : {};
  return {
    from: "host",
    argv: journalCommand({ ...wanted, ...more, units: [unit, ...companions] }),
    line(text) {
      const entry = parseEntry(text);
      if (entry === null || (isOci && isEngineNote(entry))) return null;
      const inside = forwarded && entry.identifier === `container ${name}` ? insideOf(entry) : null;
      if (inside !== null) return { container: name, ...inside, from: "inside" };
      return { container: name, ...entry, from: isOci && isPayload(text) ? "inside" : "host" };
    },
  };
}

const innerLine =
  (container: string, onCursor: (cursor: string) => void): Source["line"] =>
  (text) => {
    const entry = parseEntry(text);
    if (entry === null) return null;
    const cursor = cursorOf(text);
    if (cursor !== null) onCursor(cursor);
    return { container, ...entry, from: "inside" };
  };

const innerCommand = (unit: string | undefined, wanted: Wanted): string[] =>
  journalCommand({ ...wanted, units: unit === undefined ? [] : [unit] });

type OnCursor = (cursor: string) => void;

/**
 * The journal inside of a container that runs, by its own journalctl: the host neither parses files nor follows paths that
 * the container could have made.
 */
export function runningSource(
  { name }: ContainerPart,
  unit: string | undefined,
  wanted: Wanted,
  onCursor: OnCursor = () => undefined,
): Source {
  const transient = transientName();
  return {
    from: "inside",
    argv: insideCommand(name, transient, innerCommand(unit, wanted), { terminal: false, unlogged: true }),
    line: innerLine(name, onCursor),
    stop: () => stopInside(name, transient),
  };
}

/** The journal's files below the root of one that is down; null where there are none. */
export function filesSource(
  layout: Layout,
  { name }: ContainerPart,
  unit: string | undefined,
  wanted: Wanted,
  onCursor: OnCursor = () => undefined,
): Source | null {
  const files = filesOf(layout, name);
  if (files.length === 0) return null;
  const argv = [...innerCommand(unit, { ...wanted, follow: false }), ...files.map((file) => `--file=${file}`)];
  return { from: "inside", argv, line: innerLine(name, onCursor) };
}

export const filesOf = (layout: Layout, name: string): string[] => journalFiles(`${containerDir(layout, name)}/root`);

export interface Read {
  readonly status: number;
  /** What journalctl had to say. A status alone is no failure: 1 is also that nothing was found. */
  readonly said: readonly string[];
}

/** Milliseconds between two looks at the machine, and that what reads inside has to end by itself when that is gone. */
const [lookEvery, grace] = [200, 2000];

/** Aborted some time after a machine has ended. What waits inside for it might wait for ever (src/host/inside-run.ts). */
function endWith(life: MachineLife): { readonly signal: AbortSignal; stop(): void } {
  const ended = new AbortController();
  let goneFor = 0;
  const looking = setInterval(() => {
    goneFor = life.isAlive() ? 0 : goneFor + lookEvery;
    if (goneFor > grace) ended.abort();
  }, lookEvery);
  return { signal: ended.signal, stop: () => clearInterval(looking) };
}

/** @param life of the machine in which it is read */
export async function read(
  source: Source,
  onLine: (line: Line) => void,
  signal?: AbortSignal,
  life?: MachineLife,
): Promise<Read> {
  const ending = life === undefined ? null : endWith(life);
  const signals = [signal, ending?.signal].filter((one) => one !== undefined);
  return readUntil(source, onLine, AbortSignal.any(signals)).finally(() => ending?.stop());
}

async function readUntil(source: Source, onLine: (line: Line) => void, signal: AbortSignal): Promise<Read> {
  const said: string[] = [];
  const { status } = await run(source.argv, {
    discard: true,
    accept: "any",
    signal,
    onLine(text, stream) {
      if (stream === "stderr") said.push(text);
      const line = stream === "stdout" ? source.line(text) : null;
      if (line !== null) onLine(line);
    },
  });
  return { status, said };
}

/** @throws StowageError `journal-unreadable` where it has not been read, and we did not end it */
export async function mustRead(source: Source, onLine: (line: Line) => void, signal?: AbortSignal): Promise<void> {
  const { status, said } = await read(source, onLine, signal);
  if (status !== 0 && said.length > 0 && !signal?.aborted) throw unreadable(source.from, said);
}

export const unreadable = (from: Source["from"], said: readonly string[]): StowageError =>
  new StowageError({
    code: "journal-unreadable",
    message: `journalctl ${from === "host" ? "on the host" : "of the container"}: ${printable(said[0] ?? "")}`,
    details: said.slice(1, 20).map(printable),
  });
