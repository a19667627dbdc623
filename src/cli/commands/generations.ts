/** stowage generations: what the machine was switched to, and what it can be rolled back to. */
import { readChecked } from "../../apply/current.ts";
import { StowageError } from "../../error.ts";
import { currentGeneration, listGenerations, switchedAt } from "../../store/generations.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { columns } from "../report/columns.ts";
import { requireRoot, type Session, type SharedFlags } from "../session.ts";

export default async function generations(session: Session, flags: SharedFlags & JsonFlag): Promise<number> {
  requireRoot(session, "generations");
  const current = currentGeneration(session.layout);
  const rows = listGenerations(session.layout).map((number) => rowOf(session, number, current));
  session.print(flags.json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
  return exitCodes.done;
}

interface Row {
  readonly number: number;
  readonly current: boolean;
  /** null: a switch to it never came so far that it was current. */
  readonly switchedAt: string | null;
  /** null: it cannot be read. */
  readonly id: string | null;
  readonly containers: readonly string[];
}

function rowOf({ layout }: Session, number: number, current: number | null): Row {
  const row = { number, current: number === current, switchedAt: switchedAt(layout, number)?.toISOString() ?? null };
  try {
    const { id, containers } = readChecked(layout, number);
    return { ...row, id, containers: Object.keys(containers) };
  } catch (error) {
    if (error instanceof StowageError) return { ...row, id: null, containers: [] };
    throw error;
  }
}

/** Nothing where there are none, as with `list`. */
function table(rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => [
    String(row.number),
    row.switchedAt === null ? "never" : timeText(new Date(row.switchedAt)),
    row.id?.slice(0, 8) ?? "damaged",
    row.current ? "current" : "",
    listText(row.containers),
  ]);
  return columns([["NUMBER", "SWITCHED", "ID", "STATE", "CONTAINERS"], ...cells]);
}

/** As the machine's clock shows it: 2026-11-22 05:40:01. */
function timeText(time: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}

function listText(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  if (names.length <= 5) return shown || "-";
  return `${shown} and ${names.length - 5} more`;
}
