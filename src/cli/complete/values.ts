/** Values that only the machine knows: containers, generations. Whatever cannot be read is not offered. */
import { readdirSync } from "node:fs";
import type { ContainerPart } from "../../compile/generation.ts";
import { optionDocs } from "../../modules/index.ts";
import { listGenerations, switchedAt } from "../../store/generations.ts";
import { currentOf } from "../current.ts";
import { ownModules } from "../evaluate.ts";
import { containersOf } from "../names.ts";
import { stateWord, timeText } from "../report/words.ts";
import type { Session } from "../session.ts";
import { unitStandings } from "../states.ts";
import type { Which } from "./kinds.ts";
import { optionPaths, settings } from "./options.ts";
import { type Candidate, startingWith, type Wanted } from "./propose.ts";
import { shells } from "./scripts.ts";

/** @returns with `before` put before each of them */
export async function valuesFor(session: Session, wanted: Wanted): Promise<Candidate[]> {
  const found = await lookUp(session, wanted);
  const free = found.filter(({ value }) => !wanted.given.includes(value));
  return startingWith(free, wanted.typed).map((one) => ({ ...one, value: wanted.before + one.value }));
}

async function lookUp(session: Session, { kind, which, typed }: Wanted): Promise<readonly Candidate[]> {
  switch (kind) {
    case "containers":
      return containers(session, which);
    case "generations":
      return generations(session);
    case "generations or containers":
      return [...(await containers(session, which)), ...generations(session)];
    case "options":
      return optionPaths(optionDocs(ownModules), typed, (path) => namesAt(session, path));
    case "settings":
      return containerSettings("containers.<name>.", typed);
    case "settings of images":
      return containerSettings("ociContainers.containers.<name>.", typed);
    case "shells":
      return shells.map((value) => ({ value }));
    default:
      return [];
  }
}

async function containers(session: Session, which: Which): Promise<Candidate[]> {
  const parts = readable(() => Object.values(containersOf(currentOf(session))), null);
  if (parts === null) return unitNames(session).map((value) => ({ value }));
  const wanted = parts.filter((part) => isWanted(part, which)).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (which === "left behind") return leftBehind(session, parts).map((value) => ({ value }));
  if (!which.startsWith("running") && which !== "stopped")
    return wanted.map(({ name, kind }) => ({ value: name, brief: kind }));
  const states = await unitStandings(
    session,
    wanted.map(({ unit }) => unit),
  ).catch(() => ({}) as Awaited<ReturnType<typeof unitStandings>>);
  return wanted.flatMap(({ name, unit }) => {
    const active = states[unit]?.active ?? "inactive";
    const isDown = active === "inactive" || active === "failed";
    return isDown === (which === "stopped") ? [{ value: name, brief: stateWord(states[unit]) }] : [];
  });
}

function isWanted(part: ContainerPart, which: Which): boolean {
  if (which === "made") return part.made === true;
  if (which === "running systems") return part.kind === "system";
  return which !== "system" || part.system !== null;
}

/** What containers have written that are not there any more. */
function leftBehind({ layout }: Session, parts: readonly ContainerPart[]): string[] {
  const names = readable(() => readdirSync(`${layout.state}/containers`), []);
  return names.filter((name) => !parts.some((part) => part.name === name)).sort();
}

/** Generations are root's alone; everybody sees the units, which is enough for `sudo stowage start …`. */
function unitNames({ layout }: Session): string[] {
  const units = readable(() => readdirSync(layout.units), []);
  return units.flatMap((unit) => /^(?:container@|podman-|docker-)(.+)\.service$/.exec(unit)?.[1] ?? []).sort();
}

function generations({ layout }: Session): Candidate[] {
  const numbers = readable(() => listGenerations(layout), []);
  return numbers.reverse().map((number) => {
    const time = readable(() => switchedAt(layout, number), null);
    return { value: String(number), brief: time === null ? "never current" : timeText(time.getTime()) };
  });
}

function namesAt(session: Session, path: readonly string[]): string[] {
  const kind = { containers: "system", "ociContainers.containers": "oci" }[path.join(".")];
  if (kind === undefined) return [];
  const parts = readable(() => Object.values(containersOf(currentOf(session))), []);
  return parts.filter((part) => part.kind === kind).map(({ name }) => name);
}

/** As `create --set` takes them: of one container, whose name is said elsewhere. */
function containerSettings(head: string, typed: string): Candidate[] {
  const docs = optionDocs(ownModules).filter(({ name }) => name.startsWith(head));
  return settings(
    docs.map((doc) => ({ ...doc, name: doc.name.slice(head.length) })),
    typed,
    () => [],
  );
}

/** Completion tells nobody of errors: nothing is offered. */
function readable<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
