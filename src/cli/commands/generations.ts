/** stowage generations: what the machine was switched to, and what it can be rolled back to. */
import { readChecked } from "../../apply/current.ts";
import type { ByHand } from "../../compile/generation.ts";
import { StowageError } from "../../error.ts";
import { activeGeneration, currentGeneration, listGenerations, switchedAt, testedAt } from "../../store/generations.ts";
import type { Layout } from "../../store/layout.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { columns } from "../report/columns.ts";
import { printable } from "../report/paint.ts";
import { timeText } from "../report/words.ts";
import { requireRoot, type Session, type SharedFlags } from "../session.ts";

/** @param container of which only those are listed in which it is another than before */
export default async function generations(
  session: Session,
  flags: SharedFlags & JsonFlag,
  container?: string,
): Promise<number> {
  requireRoot(session, "generations");
  const { layout } = session;
  const [current, active] = [currentGeneration(layout), activeGeneration(layout)];
  const listed = container === undefined ? listGenerations(layout) : await changesOf(layout, container);
  const rows = listed.map((number) => rowOf(session, number, current, active));
  session.print(flags.json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
  if (container !== undefined) return exitCodes.done;
  const missing = [...new Set([current, active])].filter((one) => !rows.some(({ number }) => number === one));
  for (const number of missing) {
    if (number !== null) session.tell(`generation ${number}, which this machine is to have, is gone\n`);
  }
  return exitCodes.done;
}

/** @throws StowageError `unknown-container` */
async function changesOf(layout: Layout, name: string): Promise<number[]> {
  const { changedIn } = await import("../as-it-was.ts");
  return changedIn(layout, name);
}

interface Row {
  readonly number: number;
  /** The next boot has it. */
  readonly current: boolean;
  /** The machine has it: another one than the current one after `boot` and `test`. */
  readonly active: boolean;
  /** null: a switch to it never came so far that it was current. */
  readonly switchedAt: string | null;
  /** null: no test of it came so far. */
  readonly testedAt: string | null;
  /** null: it cannot be read. */
  readonly id: string | null;
  readonly containers: readonly string[];
  /** Containers that were rolled back by themselves, and the generation that each is as in. */
  readonly asIn: Readonly<Record<string, number>>;
  /** What was done by hand that made it; null: it is what host.ts said. */
  readonly byHand: ByHand | null;
  /** The generation that it has everything from that is declared, after a rollback to that; null: its own. */
  readonly declaredIn: number | null;
}

function rowOf({ layout }: Session, number: number, current: number | null, active: number | null): Row {
  const row = {
    number,
    current: number === current,
    active: number === active,
    switchedAt: switchedAt(layout, number)?.toISOString() ?? null,
    testedAt: testedAt(layout, number)?.toISOString() ?? null,
  };
  try {
    const { id, containers, asIn = {}, byHand = null, declaredIn = null } = readChecked(layout, number);
    return { ...row, id, containers: Object.keys(containers), asIn, byHand, declaredIn };
  } catch (error) {
    if (error instanceof StowageError)
      return { ...row, id: null, containers: [], asIn: {}, byHand: null, declaredIn: null };
    throw error;
  }
}

/** Nothing where there are none, as with `list`. */
function table(rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => [
    String(row.number),
    row.switchedAt !== null ? timeText(Date.parse(row.switchedAt)) : row.testedAt !== null ? "tested only" : "never",
    row.id?.slice(0, 8) ?? "damaged",
    stateText(row),
    listText(row.containers),
    printable(noteOf(row)),
  ]);
  const all = [["NUMBER", "SWITCHED", "ID", "STATE", "CONTAINERS", "MADE BY"], ...cells];
  const isEmpty = cells.every((row) => row.at(-1) === "");
  return columns(isEmpty ? all.map((row) => row.slice(0, -1)) : all);
}

const done = { create: "created", update: "updated", destroy: "destroyed", rollback: "rolled back" } as const;

/** Where it comes from, other than from host.ts. */
function noteOf({ asIn, byHand, declaredIn }: Row): string {
  return [
    ...(byHand === null ? [] : [`${done[byHand.verb]} ${byHand.name} by hand`]),
    ...(declaredIn === null || byHand !== null ? [] : [`rollback to ${declaredIn}`]),
    ...Object.entries(asIn).map(([name, number]) => `${name} as in ${number}`),
  ].join(", ");
}

/** "active" only beside another one that is current. */
function stateText({ current, active }: Row): string {
  if (current) return active ? "current" : "next boot";
  return active ? "active" : "";
}

function listText(names: readonly string[]): string {
  const shown = printable(names.slice(0, 5).join(", "));
  if (names.length <= 5) return shown || "-";
  return `${shown} and ${names.length - 5} more`;
}
