/** stowage status NAME: first the word that nixos-container prints, then what else there is to know. */
import type { ContainerPart } from "../../compile/generation.ts";
import { passesFirewall, portText, reachOf } from "../../compile/ports.ts";
import { inspect } from "../../host/engines.ts";
import { isEngineNote } from "../../host/journal.ts";
import { type Listener, listenersOf } from "../../host/sockets.ts";
import { isBooted, systemctl, type UnitState } from "../../host/systemd.ts";
import { nearestNames } from "../../modules/suggest.ts";
import { asUser } from "../as-user.ts";
import { type Change, lastChange } from "../changed.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { containersOf } from "../names.ts";
import { pidOf } from "../payload.ts";
import { columns } from "../report/columns.ts";
import { healthWord } from "../report/health.ts";
import { imageText, ociJson } from "../report/oci.ts";
import { printable } from "../report/paint.ts";
import { sourceText } from "../report/source.ts";
import { isolationText, spanText, stateWord, timeText } from "../report/words.ts";
import type { Session, SharedFlags } from "../session.ts";
import { unitStates } from "../states.ts";

export default async function status(session: Session, flags: SharedFlags & JsonFlag, name: string): Promise<number> {
  const containers = containersOf(currentOf(session));
  const container = Object.hasOwn(containers, name) ? containers[name] : undefined;
  if (container === undefined) return gone(session, flags, name, Object.keys(containers));
  const facts = await factsOf(session, container);
  session.print(flags.json ? `${JSON.stringify(facts, null, 2)}\n` : text(facts, session));
  return exitCodes.done;
}

function gone(session: Session, flags: JsonFlag, name: string, known: readonly string[]): number {
  session.print(flags.json ? `${JSON.stringify({ name, status: "gone" }, null, 2)}\n` : "gone\n");
  const close = nearestNames(name, known);
  if (close.length > 0) session.tell(`  did you mean ${close.join(" or ")}?\n`);
  return exitCodes.error;
}

type Facts = Awaited<ReturnType<typeof factsOf>>;

async function factsOf(session: Session, container: ContainerPart) {
  const { unit, health, name, oci } = container;
  const states = await unitStates(session, [unit, ...(health === undefined ? [] : [health])]);
  const state: UnitState | undefined = states[unit];
  const running = state?.active === "active" || state?.active === "reloading";
  const pid = running ? await pidOf(container, state.mainPid) : null;
  const given =
    running && oci && container.addresses.length === 0 ? await inspect(oci, name, asUser).catch(() => null) : null;
  return {
    name,
    // up or down, as nixos-container has it: a container that is only starting is not up.
    status: running ? "up" : "down",
    state: stateWord(state),
    health: health === undefined ? null : healthWord(state, states[health]),
    unit,
    since: state?.since == null ? null : new Date(state.since).toISOString(),
    changed: lastChange(session.layout, name),
    byHand: container.made === true,
    isolation: container.isolation,
    trustedBecause: container.trustedBecause,
    pid,
    addresses: given?.addresses ?? container.addresses,
    ports: container.ports.map(portText),
    listening: listening(container, pid),
    openToNetwork: container.ports.filter((port) => reachOf(port) === "network").map(portText),
    passesFirewall: passesFirewall(container),
    ephemeral: container.ephemeral,
    system: container.system ?? container.path,
    source: sourceText(currentOf(session), container),
    oci: ociJson(container),
    log: isBooted() ? await lastWords(container) : [],
  };
}

/** Of the ports inside that ports of the host lead to: whether somebody takes what comes. null: nobody knows. */
function listening({ ports }: ContainerPart, pid: number | null) {
  const listeners = pid === null ? null : listenersOf(pid);
  if (listeners === null) return null;
  const told = new Map(
    ports.map(({ container, protocol, containerPort, count = 1 }) => {
      const inside = { container, protocol, containerPort, count, hostPort: containerPort };
      return [portText(inside), inside] as const;
    }),
  );
  return [...told].map(([port, { containerPort, count, protocol }]) => ({
    port,
    listens: protocol === "sctp" ? null : areTaken(listeners, protocol, containerPort, count),
  }));
}

/** Of many ports all. */
const areTaken = (listeners: readonly Listener[], protocol: string, from: number, count: number): boolean =>
  new Set(
    listeners.flatMap((one) =>
      one.protocol === protocol && one.port >= from && one.port < from + count ? [one.port] : [],
    ),
  ).size === count;

function text(facts: Facts, session: Session): string {
  const { paint } = session;
  const since =
    facts.since === null
      ? ""
      : `, since ${timeText(Date.parse(facts.since))} (${spanText(Date.now() - Date.parse(facts.since))})`;
  const word = facts.status === "up" ? paint.green("up") : facts.state === "failed" ? paint.red("down") : "down";
  const rows = [
    ["unit", `${facts.unit}: ${facts.state}${since}`],
    ...(facts.health === null ? [] : [["health", facts.health]]),
    [
      "isolation",
      `${isolationText(facts.isolation, facts.trustedBecause)}${facts.ephemeral && facts.oci === null ? ", ephemeral" : ""}`,
    ],
    ...(facts.oci === null ? [["system", systemText(facts)]] : imageRows(facts.oci)),
    ...(facts.byHand ? [["made", "by hand: stowage update, stowage destroy"]] : []),
    ...(facts.pid === null ? [] : [["PID", String(facts.pid)]]),
    ["addresses", facts.addresses.join(", ") || "-"],
    ...portRows(facts),
    ...listeningRows(facts),
    ...changeRows(facts.changed),
  ];
  const log = facts.log.map((line) => `  ${printable(line)}\n`).join("");
  return `${word}\n${columns(rows)}${log === "" ? "" : `log\n${log}`}`;
}

/** So many lines are shown of its log. */
const shownLines = 5;

async function lastWords({ unit, kind }: ContainerPart): Promise<string[]> {
  if (kind === "system") return systemctl().log([unit], { lines: shownLines });
  const lines = await systemctl().log([unit], { lines: shownLines * 5 });
  return lines.filter((message) => !isEngineNote({ identifier: "podman", message })).slice(-shownLines);
}

const systemText = ({ system, source }: Facts): string =>
  [source, system].filter((text, at, all) => text !== null && all.indexOf(text) === at).join(", ") || "-";

function listeningRows({ listening }: Facts): string[][] {
  const some = listening?.filter(({ listens }) => listens !== null) ?? [];
  const [taken, idle] = [some.filter(({ listens }) => listens), some.filter(({ listens }) => !listens)];
  const words = (rows: typeof some) => rows.map(({ port }) => port).join(", ");
  const parts = [
    ...(taken.length > 0 ? [words(taken)] : []),
    ...(idle.length > 0 ? [`nothing inside on ${words(idle)}`] : []),
  ];
  return parts.length === 0 ? [] : [["listening", parts.join("; ")]];
}

function changeRows(changed: Change | null): string[][] {
  if (changed === null) return [];
  const at = changed.at === null ? "" : `, ${timeText(Date.parse(changed.at))}`;
  const by = changed.byHand === null ? "" : `, by hand (${changed.byHand})`;
  return [["changed", `in generation ${changed.generation}${at}${by}`]];
}

const imageRows = (oci: NonNullable<Facts["oci"]>): string[][] => [
  ["image", imageText(oci)],
  ...(oci.pinned === null || oci.pinned === oci.image ? [] : [["", oci.pinned]]),
];

function portRows({ ports, openToNetwork, passesFirewall }: Facts): string[][] {
  const only = ports.filter((port) => !openToNetwork.includes(port));
  const past = passesFirewall ? ", past the firewall's rules for this host" : "";
  const [first = "-", ...others] = [
    ...(openToNetwork.length > 0 ? [`${openToNetwork.join(", ")} (for other machines too${past})`] : []),
    ...(only.length > 0 ? [`${only.join(", ")} (for this machine only)`] : []),
  ];
  return [["ports", first], ...others.map((text) => ["", text])];
}
