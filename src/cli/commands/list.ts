/** stowage list: the containers of the current generation. What it loads is kept small (src/cli/quick.ts). */
import type { ContainerPart, Generation } from "../../compile/generation.ts";
import { portText, reachOf } from "../../compile/ports.ts";
import type { Standing } from "../../host/dbus/standing.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Gone } from "../gone.ts";
import { containersOf } from "../names.ts";
import { columns } from "../report/columns.ts";
import { healthWord } from "../report/health.ts";
import { ociJson } from "../report/oci.ts";
import { printable } from "../report/paint.ts";
import { sourceText } from "../report/source.ts";
import { openToText, spanText, stateWord } from "../report/words.ts";
import type { Session, SharedFlags } from "../session.ts";
import { unitStandings } from "../states.ts";

export type ListFlags = SharedFlags & { readonly json?: boolean; readonly all?: boolean };

export default async function list(session: Session, flags: ListFlags): Promise<number> {
  const generation = currentOf(session);
  const containers = Object.values(containersOf(generation));
  const states = await unitStandings(
    session,
    containers.flatMap(({ unit, health }) => [unit, ...(health === undefined ? [] : [health])]),
  );
  const rows = containers.map((container) => rowOf(generation, container, states)).sort(byName);
  const gone = flags.all ? (await import("../gone.ts")).goneContainers(session.layout) : [];
  session.print(flags.json ? `${JSON.stringify([...rows, ...gone], null, 2)}\n` : table(rows, gone));
  return exitCodes.done;
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

type Row = ReturnType<typeof rowOf>;

function rowOf(generation: Generation | null, container: ContainerPart, states: Readonly<Record<string, Standing>>) {
  const state = states[container.unit];
  return {
    name: container.name,
    kind: container.kind,
    isolation: container.isolation,
    trustedBecause: container.trustedBecause,
    state: stateWord(state),
    health: container.health === undefined ? null : healthWord(state, states[container.health]),
    addresses: container.addresses,
    ports: container.ports.map(({ container: _, ...port }) => ({ ...port, reach: reachOf(port) })),
    ephemeral: container.ephemeral,
    autoStart: container.autoStart,
    since: state?.since == null ? null : new Date(state.since).toISOString(),
    unit: container.unit,
    source: sourceText(generation, container),
    byHand: container.made === true,
    oci: ociJson(container),
  };
}

/** A column of the table; one that no container has anything for is left out. */
interface Column {
  readonly head: string;
  readonly cell: (row: Row) => string;
  readonly goneCell?: (gone: Gone) => string;
  readonly isShown?: (rows: readonly Row[], gone: readonly Gone[]) => boolean;
}

const tableColumns: readonly Column[] = [
  { head: "NAME", cell: ({ name }) => name, goneCell: ({ name }) => printable(name) },
  { head: "KIND", cell: ({ kind }) => kind, goneCell: ({ kind }) => kind ?? "-" },
  { head: "ISOLATION", cell: ({ isolation }) => isolation },
  { head: "STATE", cell: ({ state }) => state, goneCell: ({ state }) => state },
  {
    head: "HEALTH",
    cell: ({ health }) => health ?? "-",
    isShown: (rows) => rows.some(({ health }) => health !== null),
  },
  { head: "ADDRESS", cell: ({ addresses }) => addresses[0] ?? "-" },
  { head: "PORTS", cell: ({ ports }) => ports.map(portText).join(",") || "-" },
  {
    head: "OPEN TO",
    cell: ({ ports }) => openToText(ports.map(({ reach }) => reach)),
    isShown: (rows) => rows.some(({ ports }) => ports.length > 0),
  },
  {
    head: "SINCE",
    cell: ({ since }) => (since === null ? "-" : spanText(Date.now() - Date.parse(since))),
  },
  { head: "SYSTEM", cell: ({ source }) => source ?? "-" },
  {
    head: "MADE",
    cell: ({ byHand }) => (byHand ? "by hand" : "host.ts"),
    isShown: (rows) => rows.some(({ byHand }) => byHand),
  },
  { head: "LEFT", cell: () => "-", goneCell: leftText, isShown: (_, gone) => gone.length > 0 },
  // Last, since it is as long as it likes.
  {
    head: "TRUSTED BECAUSE",
    cell: ({ trustedBecause }) => trustedBecause.join(", ") || "-",
    isShown: (rows) => rows.some(({ isolation }) => isolation === "trusted"),
  },
];

function leftText({ generation, root }: Gone): string {
  const left = [...(generation === null ? [] : [`generation ${generation}`]), ...(root === null ? [] : ["its root"])];
  return left.join(", ");
}

/** Nothing at all where there are none: what is piped on has no line that is no container. */
function table(rows: readonly Row[], gone: readonly Gone[]): string {
  if (rows.length + gone.length === 0) return "";
  const shown = tableColumns.filter(({ isShown }) => isShown === undefined || isShown(rows, gone));
  return columns([
    shown.map(({ head }) => head),
    ...rows.map((row) => shown.map(({ cell }) => cell(row))),
    ...gone.map((one) => shown.map(({ goneCell }) => goneCell?.(one) ?? "-")),
  ]);
}
