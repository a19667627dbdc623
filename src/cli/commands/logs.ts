/** stowage logs NAME…: the logs of containers' services on the host and their journals inside, in the order of time. */
import type { ContainerPart, Generation } from "../../compile/generation.ts";
import { StowageError } from "../../error.ts";
import { leaderOf, lifeOf } from "../../host/machined.ts";
import { run } from "../../host/run.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Follower, follow, followInside, followSource } from "../logs/follow.ts";
import {
  filesSource,
  hostSource,
  isForwarded,
  type Line,
  mustRead,
  read,
  runningSource,
  unreadable,
  type Wanted,
} from "../logs/source.ts";
import { findContainers } from "../names.ts";
import { printable } from "../report/paint.ts";
import { timeText } from "../report/words.ts";
import { requireRoot, type Session } from "../session.ts";
import { systemdOf } from "../systemd.ts";
import type { LogsFlags } from "../verbs/parts.ts";

const defaultLines = 100;

export default async function logs(session: Session, flags: LogsFlags, ...names: string[]): Promise<number> {
  requireRoot(session, "logs");
  const current = currentOf(session);
  const containers = findContainers(current, names);
  const oci = containers.find(({ kind }) => kind === "oci");
  if (oci !== undefined && flags.unit !== undefined) throw noUnits(oci.name);
  if (flags.follow && flags.until !== undefined) throw endless();
  const show = (line: Line) =>
    session.print(flags.json ? `${JSON.stringify(line)}\n` : lineText(line, containers.length > 1));
  const known = await Promise.all(containers.map((container) => knowsUnit(session, current, container, flags)));
  if (flags.follow) {
    await follow(
      containers.flatMap((container) => followersOf(session, current, container, flags)),
      (lines) => lastOf(lines, flags),
      show,
    );
    return exitCodes.done;
  }
  const lines: Line[] = [];
  const onLine = (line: Line) => void lines.push(line);
  await Promise.all(containers.map((container) => readAll(session, current, container, flags, onLine)));
  for (const line of lastOf(lines, flags)) show(line);
  return lines.length === 0 && known.includes(false) ? exitCodes.error : exitCodes.done;
}

/** The service's own is left out where one unit inside is asked for. */
function followersOf(
  session: Session,
  current: Generation | null,
  container: ContainerPart,
  flags: LogsFlags,
): Follower[] {
  const wanted = wantedOf(flags);
  const forwarded = isForwarded(current, container);
  const host = flags.unit === undefined ? [followSource(hostSource(container, forwarded, wanted))] : [];
  if (container.kind === "oci" || (forwarded && flags.unit === undefined)) return host;
  const isUp = () => isActive(session, container);
  return [...host, followInside(session.layout, container, flags.unit, wanted, isUp)];
}

async function readAll(
  session: Session,
  current: Generation | null,
  container: ContainerPart,
  flags: LogsFlags,
  onLine: (line: Line) => void,
): Promise<void> {
  const wanted = wantedOf(flags);
  const forwarded = isForwarded(current, container);
  const host = flags.unit === undefined ? mustRead(hostSource(container, forwarded, wanted), onLine) : undefined;
  const hasInner = container.kind === "system" && (!forwarded || flags.unit !== undefined);
  await Promise.all([host, hasInner && readInside(session, container, flags.unit, wanted, onLine)]);
}

async function readInside(
  session: Session,
  container: ContainerPart,
  unit: string | undefined,
  wanted: Wanted,
  onLine: (line: Line) => void,
): Promise<void> {
  const leader = await leaderOf(container.name);
  if (leader !== null) {
    const source = runningSource(container, unit, wanted);
    const { status, said } = await read(source, onLine, undefined, lifeOf(leader));
    if (status === 0 || said.length === 0) return;
    // One that is only starting, or ending, cannot be asked.
    if (await isActive(session, container)) throw unreadable(source.from, said);
    // Nor are its files looked at: while anything runs in it, what is read could be a link to something else by then.
    if ((await leaderOf(container.name)) !== null) {
      session.tell(`${container.name} is just starting or ending: its journal inside cannot be asked for now\n`);
      return;
    }
  }
  const files = filesSource(session.layout, container, unit, wanted);
  if (files !== null) await mustRead(files, onLine);
}

const isActive = async (session: Session, { unit }: ContainerPart): Promise<boolean> =>
  (await systemdOf(session).states([unit]))[unit]?.active === "active";

/**
 * What is asked for may have been logged by a unit that is gone: then its lines are shown. But a name that nobody knows
 * would be answered by silence, or waited for without end.
 */
async function knowsUnit(
  session: Session,
  current: Generation | null,
  container: ContainerPart,
  { unit }: LogsFlags,
): Promise<boolean> {
  const { name } = container;
  if (unit === undefined) return true;
  if ((await leaderOf(name)) === null) {
    if (!isForwarded(current, container)) return true;
    session.tell(
      `${name} is ephemeral and down: of its log there is the whole, on the host, and not by units: stowage logs ${name}\n`,
    );
    return false;
  }
  const argv = ["systemctl", `--machine=${name}`, "show", "--property=LoadState", "--value", "--", unit];
  const { stdout } = await run(argv, { accept: "any", package: "systemd" });
  if (stdout.trim() !== "not-found") return true;
  session.tell(`There is no unit ${unit} in ${name} now.\n`);
  return false;
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

const endless = (): StowageError =>
  new StowageError(
    { code: "bad-usage", message: "--follow goes on until it is interrupted: it cannot have an --until" },
    { exitCode: exitCodes.badUsage },
  );

function wantedOf(flags: LogsFlags): Wanted {
  const asked = flags.lines ?? (flags.since === undefined ? defaultLines : Number.POSITIVE_INFINITY);
  return {
    follow: flags.follow === true,
    ...(Number.isFinite(asked) && { lines: asked }),
    ...(flags.since !== undefined && { since: flags.since }),
    ...(flags.until !== undefined && { until: flags.until }),
  };
}

/** Each source has given its own last lines: of all of them the last ones are wanted. */
function lastOf(lines: readonly Line[], flags: LogsFlags): Line[] {
  const sorted = [...lines].sort((a, b) => a.time - b.time);
  const { lines: count } = wantedOf(flags);
  return count === undefined ? sorted : sorted.slice(Math.max(0, sorted.length - count));
}

function lineText(line: Line, isNamed: boolean): string {
  const pid = line.pid === null ? "" : `[${line.pid}]`;
  const where = `${isNamed ? `${line.container} ` : ""}${line.from === "host" ? "host " : ""}`;
  const head = `${timeText(line.time / 1000)} ${where}${line.identifier}${pid}: `;
  return `${printable(head + line.message).replaceAll("\n", `\n${" ".repeat(head.length)}`)}\n`;
}
