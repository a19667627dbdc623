/** stowage status NAME: first the word that nixos-container prints, then what else there is to know. */
import type { ContainerPart } from "../../compile/generation.ts";
import { passesFirewall, portText, reachOf } from "../../compile/ports.ts";
import { inspect } from "../../host/engines.ts";
import { isEngineNote } from "../../host/journal.ts";
import { leaderOf } from "../../host/machined.ts";
import { isBooted, systemctl, type UnitState } from "../../host/systemd.ts";
import { nearestNames } from "../../modules/suggest.ts";
import { asUser } from "../as-user.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { containersOf } from "../names.ts";
import { columns } from "../report/columns.ts";
import { healthWord } from "../report/health.ts";
import { imageText, ociJson } from "../report/oci.ts";
import { printable } from "../report/paint.ts";
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
  const { unit, health } = container;
  const states = await unitStates(session, [unit, ...(health === undefined ? [] : [health])]);
  const state: UnitState | undefined = states[unit];
  const running = state?.active === "active";
  return {
    name: container.name,
    // up or down, as nixos-container has it: a container that is only starting is not up.
    status: running ? "up" : "down",
    state: stateWord(state),
    health: health === undefined ? null : healthWord(state, states[health]),
    unit: container.unit,
    since: state?.since == null ? null : new Date(state.since).toISOString(),
    isolation: container.isolation,
    trustedBecause: container.trustedBecause,
    pid: running ? await pidOf(container) : null,
    addresses: container.addresses,
    ports: container.ports.map(portText),
    openToNetwork: container.ports.filter((port) => reachOf(port) === "network").map(portText),
    passesFirewall: passesFirewall(container),
    ephemeral: container.ephemeral,
    system: container.system ?? container.path,
    oci: ociJson(container),
    log: isBooted() ? await lastWords(container) : [],
  };
}

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
    ...(facts.oci === null ? [["system", facts.system ?? "-"]] : imageRows(facts.oci)),
    ...(facts.pid === null ? [] : [["PID", String(facts.pid)]]),
    ["addresses", facts.addresses.join(", ") || "-"],
    ...portRows(facts),
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

/** Of what runs in it, as the host sees it. */
const pidOf = async ({ name, oci }: ContainerPart): Promise<number | null> =>
  oci === undefined ? leaderOf(name) : ((await inspect(oci, name, asUser).catch(() => null))?.pid ?? null);

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
