/**
 * stowage update: the newest versions of all packages and images into stowage.lock; of named containers, their flakes or
 * images alone.
 */
import { dirname } from "node:path";
import { accountsAsked, imageRequestsOf, importsOf, requestsOf } from "../../compile/index.ts";
import { forgetImages, pinImagesAnew } from "../../systems/images/pin.ts";
import type { ImageRequest } from "../../systems/images/recipe.ts";
import { pinAnew } from "../../systems/import/pins.ts";
import { lockChanges, type VersionChange } from "../../systems/lock-changes.ts";
import { changeLock, readLock, updateLock } from "../../systems/lock-file.ts";
import { type Configured, evaluate } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { type UpdatedFlake, updateFlakes } from "../flakes.ts";
import { imageOptions, withPlaces } from "../images.ts";
import { compileLocked, generationOf } from "../pipeline.ts";
import { type ProgressReporter, progressOf } from "../report/progress.ts";
import { type HostFlags, requireRoot, type Session } from "../session.ts";

export default async function update(
  session: Session,
  flags: HostFlags & JsonFlag,
  ...names: string[]
): Promise<number> {
  requireRoot(session, "update");
  const progress = progressOf(session);
  try {
    const lines = names.length > 0 ? updateNamed : updateAll;
    const { document, text } = await lines(session, flags, progress, names);
    progress.end();
    session.print(flags.json ? `${JSON.stringify(document, null, 2)}\n` : text);
  } finally {
    progress.end();
  }
  return exitCodes.done;
}

interface Updated {
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
  return { document: changes, text: changes.map(changeLine).join("") };
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
    text: [...updated.map(flakeLine), ...(changes.length > 0 ? changes.map(changeLine) : images.map(sameLine))].join(
      "",
    ),
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

function changeLine({ suite, name, from, to }: VersionChange): string {
  if (from === null) return `${suite} ${name}: new, ${to}\n`;
  return `${suite} ${name}: ${from} -> ${to ?? "gone"}\n`;
}
