/**
 * From host.ts to what is done, one frozen value after the other:
 * evaluation → lock → generation → (store paths) → observation → plan → report.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { apply } from "../apply/apply.ts";
import { readActive, readChecked, readCurrent } from "../apply/current.ts";
import { leftBehind, readJournal } from "../apply/journal.ts";
import { type Becomes, type Machine, machineEffects } from "../apply/machine.ts";
import type { OnProgress, Report } from "../apply/report.ts";
import {
  accountsAsked,
  compile,
  type Generation,
  importsOf,
  type More,
  requestsOf,
  type Sources,
  sourcesOf,
  warningsOf,
} from "../compile/index.ts";
import { StowageError } from "../error.ts";
import { containerStates } from "../host/engines.ts";
import { machineId } from "../host/machine-id.ts";
import { placesOf } from "../modules/index.ts";
import { type Plan, plan, runningIn } from "../plan/index.ts";
import { observe } from "../runtimes/nspawn/observe.ts";
import { buildSystems } from "../systems/build-all.ts";
import { ensurePinned } from "../systems/import/pins.ts";
import { ensureLocked, readLock } from "../systems/lock-file.ts";
import { asUser } from "./as-user.ts";
import { carrier } from "./carrier.ts";
import { type Configured, evaluate } from "./evaluate.ts";
import { buildFlakes } from "./flakes.ts";
import { withMade } from "./made.ts";
import { onDisk } from "./on-disk.ts";
import { madeFrom, placed } from "./placed.ts";
import { problemText } from "./report/problems.ts";
import { requireSystems } from "./required.ts";
import { requireEngine } from "./required-engines.ts";
import { configPath, type HostFlags, type Session } from "./session.ts";
import { readSources } from "./sources.ts";
import { tellStranded } from "./stranded.ts";
import { systemdOf } from "./systemd.ts";

/** Whether images that the lock says nothing of are fetched, so that it does: only where everything is built then. */
export type Images = "pin" | "as-locked";

/**
 * What the configuration means. Packages that the lock does not have yet are resolved into it; nothing is built.
 * @throws StowageError with every problem of the configuration
 */
export async function generationOf(
  session: Session,
  flags: HostFlags,
  onProgress: OnProgress,
  images: Images = "as-locked",
): Promise<Generation> {
  return generationMeant(session, await evaluate(session, flags), onProgress, images);
}

/** {@link generationOf} of a configuration that is evaluated already. */
export const generationMeant = async (
  session: Session,
  configured: Configured,
  onProgress: OnProgress,
  images: Images,
): Promise<Generation> =>
  withImages(session, configured, await generationFor(session, configured, onProgress), onProgress, images);

/** {@link generationOf} for this very machine. @throws StowageError also where it lacks what is to be there already */
export async function generationHere(
  session: Session,
  flags: HostFlags,
  onProgress: OnProgress,
  images: Images = "as-locked",
): Promise<Generation> {
  const configured = await evaluate(session, flags);
  const generation = await generationFor(session, configured, onProgress);
  requireSystems(session, configured, generation);
  return withMadeHere(session, configured, await withImages(session, configured, generation, onProgress, images));
}

/** What was made by hand on this machine stays, whatever host.ts says. */
export function withMadeHere(session: Session, { evaluation }: Configured, generation: Generation): Generation {
  return madeFrom(
    evaluation,
    withMade(session, generation, (option) => placesOf(evaluation, option)),
  );
}

const hasImages = ({ containers }: Generation): boolean =>
  Object.values(containers).some(({ oci }) => oci !== undefined);

/** Without any nothing of it is loaded. */
async function provideImages(session: Session, generation: Generation, onProgress: OnProgress): Promise<void> {
  if (!hasImages(generation)) return;
  const { fetchImages } = await import("./images.ts");
  await fetchImages(session, generation, onProgress);
}

async function withImages(
  session: Session,
  configured: Configured,
  generation: Generation,
  onProgress: OnProgress,
  images: Images,
): Promise<Generation> {
  if (images !== "pin" || !hasImages(generation)) return generation;
  const { pinImages } = await import("./images.ts");
  if (!(await pinImages(session, configured, onProgress))) return generation;
  const pinned = compileLocked(session, configured);
  if (pinned === null) throw new Error("a lock that has just covered everything does not");
  return pinned;
}

async function generationFor(session: Session, configured: Configured, onProgress: OnProgress): Promise<Generation> {
  const { directory, evaluation, every, lockFile } = configured;
  tellWarnings(session, evaluation);
  // First, so that a mistake is told before apt is asked for anything.
  const sources = readSourcesOf(configured);
  const locked = compileLocked(session, configured, sources);
  // Before anything is fetched for it.
  if (locked === null) requireEngine(configured);
  await ensurePinned(session.layout, lockFile, importsOf(every), {
    directory,
    onWork: onProgress,
  });
  if (locked !== null) return locked;
  const options = { onWork: onProgress };
  const lock = await ensureLocked(session.layout, lockFile, requestsOf(every), options, accountsAsked(every));
  return madeFrom(evaluation, compile(evaluation, lock, session.layout, machineId(), sources, moreOf(configured)));
}

/** The files that the configuration takes contents from, as they are now. */
const readSourcesOf = ({ every, directory }: Configured): Sources => readSources(sourcesOf(every), directory);

/** The text of host.ts is read only where a result keeps it. */
function moreOf({ children, every, path, users }: Configured): More {
  const keeps = Object.values(every.containers).some(({ config }) => config?.system.copySystemConfiguration);
  return { children, users, ...(keeps && { text: readFileSync(path, "utf8") }) };
}

/**
 * With the lock as it is.
 * @returns null where it lacks packages, which is no problem of the configuration
 * @throws StowageError with every problem of the configuration
 */
export function compileLocked(
  session: Session,
  configured: Configured,
  sources = readSourcesOf(configured),
): Generation | null {
  const { evaluation, lockFile } = configured;
  try {
    const lock = readLock(lockFile);
    return madeFrom(evaluation, compile(evaluation, lock, session.layout, machineId(), sources, moreOf(configured)));
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    const problems = error.problems.filter((problem) => problem.code !== "not-locked");
    if (problems.length > 0) throw new StowageError(problems);
    return null;
  }
}

export function tellWarnings(session: Session, evaluation: Configured["evaluation"]): void {
  const warnings = warningsOf(evaluation.config, (path) => placesOf(evaluation, path));
  for (const warning of warnings) session.tell(problemText(warning, session.paintErr, "warning"));
}

/** @returns the store names that were not there before */
export async function build(
  session: Session,
  flags: HostFlags,
  generation: Generation,
  onProgress: OnProgress,
): Promise<string[]> {
  const built = await buildPart(session, flags, generation, generation.systems, onProgress);
  await buildFlakes(session, generation, onProgress);
  await provideImages(session, generation, onProgress);
  return built;
}

/** {@link build} of some of its systems. @param systems in the order of the generation's */
export function buildPart(
  session: Session,
  flags: HostFlags,
  generation: Generation,
  systems: Generation["systems"],
  onProgress: OnProgress,
): Promise<string[]> {
  const directory = session.directory ?? dirname(resolve(session.io.cwd(), configPath(session, flags)));
  return placed(generation, () => buildSystems(systems, session.layout, { onWork: onProgress, directory }));
}

/**
 * Builds what was removed from the store since a generation was made: it has the recipes of all that it needs; and its
 * flakes, where a profile was made from another one since. A source of the user's that was given by a relative path is
 * looked for below the working directory.
 */
export async function rebuild(session: Session, generation: Generation, onProgress: OnProgress): Promise<string[]> {
  const { systems } = generation;
  const built = await buildSystems(systems, session.layout, { onWork: onProgress, directory: session.io.cwd() });
  await buildFlakes(session, generation, onProgress);
  await provideImages(session, generation, onProgress);
  return built;
}

export interface Planned {
  readonly plan: Plan;
  readonly machine: Machine;
  /** Names of containers that ran when it was made. */
  readonly ran: readonly string[];
  /** The number of the generation that the next boot had when it was made. */
  readonly boot: number | null;
}

/**
 * What would be done on this machine for a generation. Changes nothing.
 * @param stored the number that it is kept under already; default: it gets the next one, unless the next boot has it
 * @param wanted whose it becomes; `test` of what the next boot has anyway is as good as a switch to it
 * @param nextBootToo see {@link Machine.nextBootToo}
 */
export async function planFor(
  session: Session,
  next: Generation,
  stored?: number,
  wanted: Becomes = "current",
  nextBootToo?: Machine["nextBootToo"],
): Promise<Planned> {
  const { layout } = session;
  const current = asCompiled(readActive(layout), next);
  const boot = asCompiled(readCurrent(layout), next);
  const isBoots = boot?.generation.id === next.id;
  const becomes = wanted === "active" && isBoots ? "current" : wanted;
  if (becomes === "current" || becomes === "active") tellStranded(session);
  const journal = readJournal(layout);
  const left = leftBehind(journal, current, (number) => readChecked(layout, number));
  const systemd = systemdOf(session);
  const leftGenerations = left.map((one) => one.generation);
  const ours = current === null ? leftGenerations : [current.generation, ...leftGenerations];
  const observed = await observe({ layout, systemd, ours, next, engines: (of) => containerStates(of, asUser) });
  const parts = new Map(ours.flatMap(({ containers }) => Object.entries(containers)));
  return {
    ran: [...parts.values()]
      .filter(({ unit }) => runningIn(observed.units, unit) === "running")
      .map(({ name }) => name),
    boot: boot?.number ?? null,
    plan: plan(current?.generation ?? null, next, observed, {
      layout,
      leftBehind: leftGenerations,
      meant: journal?.meant ?? null,
      untilBoot: becomes === "active",
      ...(boot !== null && becomes !== "restored" && { nextBoot: boot.generation }),
    }),
    machine: {
      layout,
      systemd,
      containers: onDisk(layout),
      current: current?.number ?? null,
      leftBehind: left,
      meant: journal?.meant ?? [],
      becomes,
      carrier: carrier(),
      ...(nextBootToo !== undefined && { nextBootToo }),
      ...(boot !== null && { nextBoot: boot.generation }),
      ...(stored !== undefined ? { stored } : isBoots && { stored: boot.number }),
    },
  };
}

/** Of the same content, the very same value: what is to be compared need not be looked at. */
const asCompiled = <T extends { readonly generation: Generation }>(stored: T | null, next: Generation): T | null =>
  stored?.generation.id === next.id ? { ...stored, generation: next } : stored;

/** Carries out the very plan that was shown. */
export const carryOut = ({ plan, machine }: Planned, onProgress: OnProgress): Promise<Report> =>
  apply(plan, machineEffects(plan, machine, onProgress), onProgress);
