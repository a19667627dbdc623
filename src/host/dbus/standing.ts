/** How units stand, in few words: what a list of many containers shows, for a fraction of what all their properties cost. */
import type { UnitState } from "../systemd.ts";
import { momentOf } from "../unit-states.ts";
import { type BriefCall, BriefConnection, TextReader } from "./brief.ts";
import { patternsOf, privateSocket, typeOf, unitPath } from "./unit-names.ts";

export type Standing = Pick<UnitState, "active" | "sub" | "since" | "restarts">;

/**
 * By name; a unit that is not loaded is `inactive`, `dead`.
 * @throws Error where systemd's own socket cannot be reached
 */
export async function standingOf(
  units: readonly string[],
  socket = privateSocket,
): Promise<Readonly<Record<string, Standing>>> {
  const connection = await BriefConnection.open(socket);
  try {
    const [rows = null] = await connection.ask([listCall(units)]);
    if (rows === null) throw new Error("systemd does not list its units");
    const wanted = new Set(units);
    const loaded = listedIn(rows).filter(({ unit }) => wanted.has(unit));
    // One property at most, of those that have it: each is a call.
    const asked = loaded.filter(({ active }) => active === "active" || active === "activating");
    const answers = asked.length === 0 ? [] : await connection.ask(asked.map(propertyCall));
    const more = new Map(asked.map(({ unit, active }, index) => [unit, moreIn(active, answers[index] ?? null)]));
    const found = new Map(
      loaded.map(({ unit, active, sub }) => [unit, { active, sub, since: null, ...more.get(unit) }]),
    );
    const none = { active: "inactive", sub: "dead", since: null };
    return Object.fromEntries(units.map((unit) => [unit, found.get(unit) ?? none]));
  } finally {
    connection.close();
  }
}

interface Listed {
  readonly unit: string;
  readonly active: string;
  readonly sub: string;
}

const listCall = (units: readonly string[]): BriefCall => ({
  path: "/org/freedesktop/systemd1",
  interface: "org.freedesktop.systemd1.Manager",
  member: "ListUnitsByPatterns",
  signature: "asas",
  body: [[], patternsOf(units)],
});

/** `a(ssssssouso)`: name, description, load, active, sub, whom it follows, its object, and its job's number, type and object. */
function listedIn(body: Buffer): Listed[] {
  const reader = new TextReader(body);
  const size = reader.number();
  reader.align(8);
  const end = reader.at + size;
  const rows: Listed[] = [];
  while (reader.at < end) {
    reader.align(8);
    const [unit = "", , , active = "", sub = ""] = Array.from({ length: 7 }, () => reader.text());
    reader.number();
    reader.text();
    reader.text();
    rows.push({ unit, active, sub });
  }
  return rows;
}

const propertyCall = ({ unit, active }: Listed): BriefCall => ({
  path: unitPath(unit),
  interface: "org.freedesktop.DBus.Properties",
  member: "Get",
  signature: "ss",
  body:
    active === "active"
      ? ["org.freedesktop.systemd1.Unit", "ActiveEnterTimestamp"]
      : [`org.freedesktop.systemd1.${typeOf(unit)}`, "NRestarts"],
});

/** A variant: signature of one letter, then the number where one of its size may begin. */
function moreIn(active: string, body: Buffer | null): Partial<Standing> {
  if (body === null) return {};
  return active === "active" ? { since: momentOf(body.readBigUInt64LE(8)) } : { restarts: body.readUInt32LE(4) };
}
