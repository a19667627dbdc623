/** stowage list: the containers of the current generation. */
import type { ContainerPart } from "../../compile/generation.ts";
import { portText, reachOf } from "../../compile/ports.ts";
import type { UnitState } from "../../host/systemd.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { containersOf } from "../names.ts";
import { columns } from "../report/columns.ts";
import { healthWord } from "../report/health.ts";
import { ociJson } from "../report/oci.ts";
import { openToText, spanText, stateWord } from "../report/words.ts";
import type { Session, SharedFlags } from "../session.ts";
import { unitStates } from "../states.ts";

export default async function list(session: Session, flags: SharedFlags & JsonFlag): Promise<number> {
  const containers = Object.values(containersOf(currentOf(session)));
  const states = await unitStates(
    session,
    containers.flatMap(({ unit, health }) => [unit, ...(health === undefined ? [] : [health])]),
  );
  const rows = containers.map((container) => rowOf(container, states)).sort((a, b) => (a.name < b.name ? -1 : 1));
  session.print(flags.json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
  return exitCodes.done;
}

type Row = ReturnType<typeof rowOf>;

function rowOf(container: ContainerPart, states: Readonly<Record<string, UnitState>>) {
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
    oci: ociJson(container),
  };
}

/** Nothing at all where there are none: what is piped on has no line that is no container. */
function table(rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const trusted = rows.some((row) => row.isolation === "trusted");
  const checked = rows.some((row) => row.health !== null);
  const open = rows.some((row) => row.ports.length > 0);
  const oci = rows.some((row) => row.oci !== null);
  const head = [
    "NAME",
    "KIND",
    "ISOLATION",
    "STATE",
    ...(checked ? ["HEALTH"] : []),
    "ADDRESS",
    "PORTS",
    ...(open ? ["OPEN TO"] : []),
    "SINCE",
    ...(oci ? ["IMAGE"] : []),
    ...(trusted ? ["TRUSTED BECAUSE"] : []),
  ];
  const cells = rows.map((row) => [
    row.name,
    row.kind,
    row.isolation,
    row.state,
    ...(checked ? [row.health ?? "-"] : []),
    row.addresses[0] ?? "-",
    row.ports.map(portText).join(",") || "-",
    ...(open ? [openToText(row.ports.map(({ reach }) => reach))] : []),
    row.since === null ? "-" : spanText(Date.now() - Date.parse(row.since)),
    ...(oci ? [row.oci?.image ?? "-"] : []),
    // Last, since it is as long as it likes.
    ...(trusted ? [row.trustedBecause.join(", ") || "-"] : []),
  ]);
  return columns([head, ...cells]);
}
