/** Images of OCI containers, for verbs: pinned, there, missing. */
import type { OnProgress } from "../apply/report.ts";
import { type Generation, imageRequestsOf } from "../compile/index.ts";
import { StowageError } from "../error.ts";
import { placesOf } from "../modules/index.ts";
import { ensureImagesPinned, type ImageOptions } from "../systems/images/pin.ts";
import { missingImages, type Needed, provideImages } from "../systems/images/provide.ts";
import { imageStores } from "../systems/images/stores.ts";
import { asUser } from "./as-user.ts";
import type { Configured } from "./evaluate.ts";
import { problemText } from "./report/problems.ts";
import { requireRoot, type Session } from "./session.ts";

export const imageOptions = (session: Session, onProgress: OnProgress): ImageOptions => ({
  stores: imageStores(asUser),
  onWork: onProgress,
  warn: (problem) => session.tell(problemText(problem, session.paintErr, "warning")),
});

/** The images of a generation, each as one container wants it. */
const neededBy = (generation: Generation): Needed[] =>
  Object.values(generation.containers).flatMap(({ name, oci }) =>
    oci === undefined ? [] : [{ ...oci, container: name }],
  );

/**
 * The lock says what each image is. What it does not say yet is fetched.
 * @returns whether the lock is another now
 * @throws StowageError with the problems of all images, and the places where they are declared
 */
export async function pinImages(session: Session, configured: Configured, onProgress: OnProgress): Promise<boolean> {
  const requests = imageRequestsOf(configured.evaluation.config);
  if (requests.length === 0) return false;
  requireRoot(session, "build");
  return withPlaces(configured, () =>
    ensureImagesPinned(session.layout, configured.lockFile, requests, imageOptions(session, onProgress)),
  );
}

/** @param work throws problems that name an option */
export async function withPlaces<T>({ evaluation }: Configured, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    throw new StowageError(
      error.problems.map((problem) => {
        const places = problem.option === undefined ? [] : placesOf(evaluation, problem.option);
        return places.length === 0 ? problem : { ...problem, places };
      }),
      { exitCode: error.exitCode },
    );
  }
}

/** Fetches and loads what engines do not have of a generation. */
export async function fetchImages(session: Session, generation: Generation, onProgress: OnProgress): Promise<void> {
  const needed = neededBy(generation);
  if (needed.length === 0) return;
  requireRoot(session, "build");
  await provideImages(session.layout, needed, imageOptions(session, onProgress));
}

/**
 * As they are declared, of those that a switch would fetch or load because they are not there. An engine that cannot be
 * asked has none. What is of this machine, and not pinned yet, will be pinned as it is; of any other the registry may be
 * asked, as `pull` says.
 */
export async function imagesToFetch(generation: Generation, stores = imageStores(asUser)): Promise<string[]> {
  // With `pull = "never"` somebody else brings it.
  const needed = neededBy(generation).filter(({ source }) => source.kind !== "here");
  if (needed.length === 0) return [];
  const isOwn = ({ image, source }: Needed) => source.kind === "registry" && image.startsWith("localhost/");
  const unpinned = needed.filter((one) => one.pinned === null && !isOwn(one));
  const missing = await missingImages(needed, stores).catch((error) => {
    if (error instanceof StowageError) return needed;
    throw error;
  });
  return [...new Set([...unpinned, ...missing].map(textOf))].sort();
}

const textOf = ({ image, source }: Needed): string =>
  source.kind === "file" || source.kind === "stream" ? `${image} from ${source.path}` : image;
