/**
 * stowage update: the newest versions of all packages and images into stowage.lock; of named containers, their flakes or
 * images alone; of those that were made by hand all of it, and what their definitions say by now.
 */
import { dirname } from "node:path";
import { accountsAsked, type ContainerPart, imageRequestsOf, importsOf, requestsOf } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import { forgetImages, pinImagesAnew } from "../../systems/images/pin.ts";
import type { ImageRequest } from "../../systems/images/recipe.ts";
import { pinAnew } from "../../systems/import/pins.ts";
import { changeLines, lockChanges } from "../../systems/lock-changes.ts";
import { changeLock, readLock, updateLock } from "../../systems/lock-file.ts";
import { givenFile } from "../by-hand/given.ts";
import { madeAmong } from "../by-hand/made-among.ts";
import { requireOneSystem } from "../by-hand/request.ts";
import { type Configured, evaluate } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import { type UpdatedFlake, updateFlakes } from "../flakes.ts";
import { imageOptions, withPlaces } from "../images.ts";
import { compileLocked, generationOf } from "../pipeline.ts";
import { tellProblems } from "../report/problems.ts";
import { type ProgressReporter, progressOf } from "../report/progress.ts";
import { type HostFlags, requireRoot, type Session } from "../session.ts";
import type { UpdateFlags } from "../verbs/by-hand.ts";

export default async function update(session: Session, flags: UpdateFlags, ...names: string[]): Promise<number> {
  requireRoot(session, "update");
  const made = madeAmong(session.layout, names);
  const others = names.filter((name) => !made.some((part) => part.name === name));
  requireMade(flags, made, others);
  const parts = [
    ...made.map((part) => ({ about: part.name, work: () => updateOne(session, flags, part) })),
    ...(others.length > 0 || names.length === 0
      ? [{ about: others.join(", "), work: () => updateDeclared(session, flags, others) }]
      : []),
  ];
  const updated: Updated[] = [];
  for (const part of parts) updated.push(parts.length === 1 ? await part.work() : await attempt(session, part));
  const document = updated.flatMap((one) => one.document);
  session.print(flags.json ? `${JSON.stringify(document, null, 2)}\n` : updated.map(({ text }) => text).join(""));
  return Math.max(...updated.map(({ exitCode }) => exitCode ?? exitCodes.done));
}

/** One of several: what stands in its way is told, and not in the way of others, nor of telling what became of them. */
async function attempt(
  session: Session,
  { about, work }: { readonly about: string; readonly work: () => Promise<Updated> },
): Promise<Updated> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    tellProblems(session, error.problems);
    return { exitCode: exitCodes.unitsFailed, document: [], text: `${about}: not updated\n` };
  }
}

async function updateDeclared(session: Session, flags: UpdateFlags, names: readonly string[]): Promise<Updated> {
  const progress = progressOf(session);
  try {
    const lines = names.length > 0 ? updateNamed : updateAll;
    return await lines(session, flags, progress, names);
  } finally {
    progress.end();
  }
}

/** What a container is, is said of one that was made by hand, and of one alone. */
function requireMade(flags: UpdateFlags, made: readonly ContainerPart[], others: readonly string[]): void {
  const { config, configFile, systemPath, flake, image, nixosPath, set, locked } = flags;
  requireOneSystem({ ...(nixosPath !== undefined && { nixosPath }) });
  // Where none was made by hand, --config is the host's.
  const own = made.length > 0 ? config : undefined;
  const words = [own, configFile, systemPath, flake, image, set].some((one) => one !== undefined);
  if (!words && !locked) return;
  if (made.length === 1 && others.length === 0) return;
  if (!words && made.length > 0 && others.length === 0) return;
  throw new StowageError(
    {
      code: "bad-usage",
      message: "what a container is can be said of one that was made by hand, and of one at a time",
      hint:
        others.length > 0
          ? `${others.join(", ")}: change it in host.ts, and run \`stowage switch\``
          : "name the container",
    },
    { exitCode: exitCodes.badUsage },
  );
}

/** Its own definition is what there is of a configuration: with --config it is another one. */
async function updateOne(session: Session, flags: UpdateFlags, part: ContainerPart): Promise<Updated> {
  const file = flags.configFile === undefined ? undefined : givenFile(session, flags.configFile);
  const { updateMade } = await import("../by-hand/updating.ts");
  const { exitCode, name, versions, flakes, changed } = await updateMade(session, flags, part.name, {
    flags,
    ...(file && { file }),
  });
  const { generation, steps } = changed.document as { generation: number; steps: readonly unknown[] };
  const words = exitCode !== exitCodes.done ? "not all was done" : steps.length > 0 ? "updated" : "nothing new";
  return {
    exitCode,
    document: [...flakes, ...versions, { container: name, generation, steps }],
    text: `${flakes.map(flakeLine).join("")}${changeLines(versions)}${name}: ${words}\n`,
  };
}

interface Updated {
  readonly exitCode?: number;
  readonly document: readonly unknown[];
  readonly text: string;
}

async function updateAll(session: Session, flags: HostFlags, progress: ProgressReporter): Promise<Updated> {
  const configured = await evaluate(session, flags);
  // Mistakes first, before apt is asked.
  compileLocked(session, configured);
  const { every, evaluation, lockFile } = configured;
  const before = readLock(lockFile);
  const options = { onWork: progress.on };
  const images = imageRequestsOf(evaluation.config);
  await pinAnew(session.layout, lockFile, importsOf(every), { ...options, directory: dirname(lockFile) });
  await pinImages(session, configured, images, progress);
  await forget(session, lockFile, images);
  const after = await updateLock(session.layout, lockFile, requestsOf(every), options, accountsAsked(every));
  const changes = lockChanges(before, after);
  return { document: changes, text: changeLines(changes) };
}

/** What is nobody's any more has no place in the lock. */
async function forget({ layout }: Session, lockFile: string, images: readonly ImageRequest[]): Promise<void> {
  if (readLock(lockFile).images !== undefined) await changeLock(layout, lockFile, (lock) => forgetImages(lock, images));
}

async function pinImages(
  session: Session,
  configured: Configured,
  images: readonly ImageRequest[],
  progress: ProgressReporter,
): Promise<void> {
  if (images.length === 0) return;
  const options = imageOptions(session, progress.on);
  await withPlaces(configured, () => pinImagesAnew(session.layout, configured.lockFile, images, options));
}

/** OCI containers have images, others may have flakes. */
async function updateNamed(
  session: Session,
  flags: HostFlags,
  progress: ProgressReporter,
  names: readonly string[],
): Promise<Updated> {
  const configured = await evaluate(session, flags);
  const { evaluation, lockFile } = configured;
  const images = imageRequestsOf(evaluation.config).filter(({ container }) => names.includes(container));
  const others = names.filter((name) => !images.some(({ container }) => container === name));
  const updated = others.length === 0 ? [] : await flakes(session, flags, progress, others);
  const before = readLock(lockFile);
  await pinImages(session, configured, images, progress);
  const changes = lockChanges(before, readLock(lockFile));
  return {
    document: [...updated, ...changes],
    text: [...updated.map(flakeLine), ...(changes.length > 0 ? [changeLines(changes)] : images.map(sameLine))].join(""),
  };
}

async function flakes(session: Session, flags: HostFlags, progress: ProgressReporter, names: readonly string[]) {
  const generation = await generationOf(session, flags, progress.on);
  return updateFlakes(session, generation, names, progress.on);
}

function flakeLine({ container, from, to, reloaded }: UpdatedFlake): string {
  if (from === to) return `${container}: nothing new, ${to}\n`;
  const change = from === null ? `new, ${to}` : `${from} -> ${to}`;
  return `${container}: ${change}${reloaded ? ", taken over by the running container" : ""}\n`;
}

const sameLine = ({ container, image }: ImageRequest): string => `${container}: nothing new, ${image}\n`;
