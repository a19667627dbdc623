/** What images are, as the lock says it: found out where it is missing, and looked up again where that is asked for. */
import { existsSync, statSync } from "node:fs";
import { type Problem, StowageError } from "../../error.ts";
import type { Layout } from "../../store/layout.ts";
import { whileBuilding } from "../../store/store.ts";
import { changed } from "../import/layer.ts";
import { remembered } from "../import/memory.ts";
import { type Lock, pinnedImage } from "../lock.ts";
import { changeLock, readLock } from "../lock-file.ts";
import type { OnWork } from "../progress.ts";
import { archiveId } from "./archive-source.ts";
import { type Bringing, loadArchive, pinnedAs, pullByName } from "./bring.ts";
import { loginFailed } from "./login.ts";
import { gathered } from "./problems.ts";
import { type ImageRequest, imageKey, type Pull } from "./recipe.ts";
import { byDigest } from "./reference.ts";
import { findImage, type ImageStores } from "./stores.ts";

export interface ImageOptions {
  readonly stores: ImageStores;
  readonly onWork?: OnWork;
  /** Something did not work, and one can do without. */
  readonly warn: Warn;
}

type Warn = (problem: Problem) => void;

/**
 * Pins what the lock does not have, and anew what is to be asked for at every switch. An archive must be as it was pinned.
 * @returns whether the lock is another now
 * @throws StowageError with the problems of all images; then the lock is as it was
 */
export function ensureImagesPinned(
  layout: Layout,
  file: string,
  requests: readonly ImageRequest[],
  options: ImageOptions,
): Promise<boolean> {
  const lock = readLock(file);
  return pinned(layout, file, requests, options, async (request, on) => {
    const known = pinnedImage(lock, request);
    if (known !== null && !isAsked(request)) return checkedArchive(on, request, known);
    return known === null
      ? await firstPin(on, request, options.warn)
      : await pinAgain(on, request, known, options.warn);
  });
}

/** Pins all of these as they are now. */
export const pinImagesAnew = (
  layout: Layout,
  file: string,
  requests: readonly ImageRequest[],
  options: ImageOptions,
): Promise<boolean> => pinned(layout, file, requests, options, (request, on) => freshPin(on, request));

/** Forgets what nothing asks for any more. */
export const forgetImages = (lock: Lock, requests: readonly ImageRequest[]): Lock => {
  const { images, ...rest } = lock;
  const wanted = new Set(requests.map(imageKey));
  const left = Object.entries(images ?? {}).filter(([key]) => wanted.has(key));
  return left.length === 0 ? rest : { ...rest, images: Object.fromEntries(left) };
};

async function pinned(
  layout: Layout,
  file: string,
  requests: readonly ImageRequest[],
  { stores, onWork }: ImageOptions,
  pin: (request: ImageRequest, on: Bringing) => Promise<string>,
): Promise<boolean> {
  // What names itself for ever needs no lock.
  const asked = requests.filter(({ image, source }) => source.kind !== "registry" || byDigest(image) === null);
  if (asked.length === 0) return false;
  const on = { layout, stores, ...(onWork && { onWork }) };
  const fresh: Record<string, string> = {};
  await whileBuilding(layout, () =>
    gathered(mostAsking(asked), async (request) => {
      fresh[imageKey(request)] = await pin(request, on);
    }),
  );
  const before = readLock(file).images ?? {};
  if (Object.entries(fresh).every(([key, value]) => before[key] === value)) return false;
  await changeLock(layout, file, (lock) => ({ ...lock, images: { ...lock.images, ...fresh } }));
  return true;
}

const asking: readonly Pull[] = ["never", "missing", "newer", "always"];

/** Of containers with the same image, the one that wants the newest most: the lock has one line for all of them. */
function mostAsking(requests: readonly ImageRequest[]): ImageRequest[] {
  const chosen = new Map<string, ImageRequest>();
  for (const request of requests) {
    const other = chosen.get(imageKey(request));
    if (other === undefined || asking.indexOf(request.pull) > asking.indexOf(other.pull))
      chosen.set(imageKey(request), request);
  }
  return [...chosen.values()];
}

const isAsked = ({ pull, source }: ImageRequest): boolean =>
  source.kind === "registry" && (pull === "always" || pull === "newer");

/** What is here under the name is taken, unless the registry is to be asked at every switch. */
async function firstPin(on: Bringing, request: ImageRequest, warn: Warn): Promise<string> {
  const { source, image } = request;
  if (source.kind !== "registry" && source.kind !== "here") return freshPin(on, request);
  const here = findImage(await on.stores(request).held(), image);
  const known = here === null ? null : pinnedAs(here, image, false);
  return known !== null && !isAsked(request) ? known : pinAgain(on, request, known, warn);
}

async function freshPin(on: Bringing, request: ImageRequest): Promise<string> {
  const { source, image } = request;
  switch (source.kind) {
    case "registry":
      return pullByName(on, request, source.login);
    case "here": {
      const here = findImage(await on.stores(request).held(), image);
      if (here === null) throw notHere(request);
      return pinnedAs(here, image, false);
    }
    case "stream":
      return loadArchive(on, request, source, null);
    case "file":
      return fileId(on, source, image);
  }
}

/** Without the registry, or with a password that it does not take, what is here already is good enough. */
async function pinAgain(on: Bringing, request: ImageRequest, known: string | null, warn: Warn): Promise<string> {
  try {
    return await freshPin(on, request);
  } catch (error) {
    if (!(error instanceof StowageError) || known === null) throw error;
    const [problem] = error.problems;
    const mayFail = request.pull === "newer" || problem?.code === loginFailed;
    if (problem === undefined || !mayFail || findImage(await on.stores(request).held(), known) === null) throw error;
    warn({ ...problem, details: [...(problem.details ?? []), `${request.image} is used as it is here: ${known}`] });
    return known;
  }
}

/** A program is not run again to see whether it writes something else now. */
async function checkedArchive(on: Bringing, { source, image }: ImageRequest, known: string): Promise<string> {
  if (source.kind === "file" && existsSync(source.path) && (await fileId(on, source, image)) !== known)
    throw changed(source.path);
  return known;
}

function fileId({ layout, onWork }: Bringing, source: { kind: "file"; path: string }, image: string): Promise<string> {
  const read = (id: string) => archiveId(source, image, id, onWork);
  // A directory would be walked whole, to be refused.
  const isFile = statSync(source.path, { throwIfNoEntry: false })?.isFile() === true;
  return isFile ? remembered(layout, `image ${image}`, source.path, read) : read(source.path);
}

const notHere = ({ image, engine, user }: ImageRequest): StowageError =>
  new StowageError({
    code: "image-not-here",
    message: `${engine}${user === "root" ? "" : ` of ${user}`} has no image ${image}`,
    hint: 'with pull = "never" nothing fetches it: load it, or take the option away',
  });
