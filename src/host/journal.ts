/** Journals, as journalctl tells them in JSON. Facts: journalctl(1), systemd.journal-fields(7). */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

export interface JournalEntry {
  /** Microseconds since 1970. */
  readonly time: number;
  /** What it was written by: `nginx`, `systemd`. */
  readonly identifier: string;
  readonly pid: string | null;
  readonly message: string;
}

export interface JournalRequest {
  readonly units: readonly string[];
  /** Only the last ones; default: all. */
  readonly lines?: number;
  /** As journalctl takes it: `10 minutes ago`, `2026-11-21 12:00`; see {@link journalTime}. */
  readonly since?: string;
  readonly until?: string;
  readonly follow: boolean;
  /** Only what comes after this entry, or since the machine was booted. */
  readonly after?: { readonly cursor: string } | "boot";
}

/** Of a duration as docker takes it: `90s`, `1h30m`. */
const ago = /^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/;

/**
 * Points in time as people of docker write them, in journalctl's words: a span is that long ago, a number are seconds since
 * 1970, and RFC 3339 with its T. Anything else is left to journalctl.
 */
export function journalTime(text: string): string {
  if (ago.test(text)) return `-${text}`;
  if (/^\d{9,}(\.\d+)?$/.test(text)) return `@${text}`;
  const milliseconds = /^\d{4}-\d{2}-\d{2}T\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? text : `@${(milliseconds / 1000).toFixed(3)}`;
}

/** The argument list that asks for entries as JSON lines. */
export function journalCommand(request: JournalRequest): string[] {
  return [
    "journalctl",
    "--output=json",
    "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM,_PID,SYSLOG_PID,CONTAINER_NAME",
    "--no-pager",
    "--quiet",
    // Told to follow it would show ten.
    `--lines=${request.lines ?? "all"}`,
    ...(request.since === undefined ? [] : [`--since=${journalTime(request.since)}`]),
    ...(request.until === undefined ? [] : [`--until=${journalTime(request.until)}`]),
    ...(request.after === undefined
      ? []
      : [request.after === "boot" ? "--boot" : `--after-cursor=${request.after.cursor}`]),
    ...(request.follow ? ["--follow"] : []),
    ...request.units.map((unit) => `--unit=${unit}`),
  ];
}

/**
 * One line of `journalctl --output=json`. What a container's own journalctl says is not to be trusted to have any shape.
 * @returns null for a line that is no entry
 */
export function parseEntry(line: string): JournalEntry | null {
  const fields = objectOf(line);
  if (fields === null) return null;
  const field = (name: string) => text(fields[name]);
  const time = Number(field("__REALTIME_TIMESTAMP"));
  if (!Number.isSafeInteger(time)) return null;
  return {
    time,
    identifier: field("SYSLOG_IDENTIFIER") ?? field("_COMM") ?? "unknown",
    pid: field("SYSLOG_PID") ?? field("_PID"),
    // A console ends its lines with carriage returns, podman's conmon with line breaks.
    message: (field("MESSAGE") ?? "").replace(/[\r\n]+$/, ""),
  };
}

/** Where an entry stands in its journal, to go on after it; null where that is not said. */
export const cursorOf = (line: string): string | null => text(objectOf(line)?.__CURSOR);

/** `[   12.345678] nginx[34]: message`: how journald passes an entry on to the console. */
const passedOn = /^\[ *\d+\.\d+\] ([^[\]:]+)(?:\[(\d+)\])?: (.*)$/s;

/**
 * What a container's own journal has passed on to its console, which the host's journal has as lines of its service.
 * @returns the entry as it was inside; null for another line of the console's
 */
export function insideOf(entry: JournalEntry): JournalEntry | null {
  const [, identifier, pid = null, message] = passedOn.exec(entry.message) ?? [];
  return identifier === undefined || message === undefined ? null : { ...entry, identifier, pid, message };
}

/** `2026-11-22 13:18:51.37 +0000 UTC m=+0.71 container init 0fda… (image=…)`: podman tells the journal of all that it does. */
const podmanEvent = /^\S+ \S+ \S+ \S+ m=\S+ \w+ [\w-]+ [0-9a-f]{12,} \(/;

/** Whether an entry of a service says nothing to people: what podman notes for itself. */
export const isEngineNote = ({ identifier, message }: Pick<JournalEntry, "identifier" | "message">): boolean =>
  identifier === "podman" && (message === "" || podmanEvent.test(message));

/** Whether an entry of an OCI container's service is what the container itself said: conmon says so, docker's command passes it on. */
export function isPayload(line: string): boolean {
  const fields = parseFields(line);
  return fields?.CONTAINER_NAME !== undefined || fields?._COMM === "docker";
}

/** All fields of an entry as text. */
export function parseFields(line: string): Record<string, string> | null {
  const fields = objectOf(line);
  if (fields === null) return null;
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, text(value) ?? ""]));
}

function objectOf(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** A field is a string; a list of bytes where it is no text; a list of those where it was given several times. */
function text(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return null;
  if (value.every((byte) => Number.isInteger(byte))) return Buffer.from(value as number[]).toString("utf8");
  return text(value[0]);
}

/**
 * The journal files of a root that does not run: regular files, by directories that are none but that. A container could
 * have planted links that lead out of its root, to the host's journal for one.
 */
export function journalFiles(root: string): string[] {
  let path = root;
  for (const name of ["", "var", "log", "journal"]) {
    path = join(path, name);
    if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
  }
  return readdirSync(path, { withFileTypes: true })
    .filter((machine) => machine.isDirectory())
    .flatMap((machine) =>
      readdirSync(join(path, machine.name), { withFileTypes: true }).map((file) => ({ machine, file })),
    )
    .filter(({ file }) => file.isFile() && file.name.endsWith(".journal"))
    .map(({ machine, file }) => join(path, machine.name, file.name))
    .sort();
}
