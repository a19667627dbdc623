/** An image that an engine lacks is brought to it. Names of others are neither made nor moved: see {@link keptName}. */
import { StowageError } from "../../error.ts";
import type { Layout } from "../../store/layout.ts";
import type { OnWork } from "../progress.ts";
import { imageArchive } from "./archive.ts";
import { type ArchiveSource, openArchive } from "./archive-source.ts";
import type { HeldImage } from "./engine.ts";
import { loggedIn } from "./login.ts";
import { pullProgress } from "./pull-progress.ts";
import { type ImageRecipe, type RegistryLogin, runReference } from "./recipe.ts";
import { fullName, keptName, parseReference } from "./reference.ts";
import { findImage, type ImageStore, type ImageStores, isKept } from "./stores.ts";
import { noteStore } from "./touched.ts";

export interface Bringing {
  readonly layout: Layout;
  readonly stores: ImageStores;
  readonly onWork?: OnWork;
}

type Wanted = Pick<ImageRecipe, "engine" | "user" | "image">;

/**
 * What a name stands for now, from its registry.
 * @returns as it is pinned: by the digest that the registry has it under
 */
export async function pullByName(on: Bringing, wanted: Wanted, login: RegistryLogin | null): Promise<string> {
  const store = on.stores(wanted);
  const full = fullName(wanted.image);
  const before = await store.held();
  // podman would look a short name up in its own list of registries, or refuse it.
  await pull(on, store, full, login);
  const image = findImage(await store.held(), full);
  if (image === null) throw new Error(`${store.engine.key.engine} has pulled ${full}, and does not have it`);
  await keep(store, before, image, wanted.image);
  const pinned = pinnedAs(image, wanted.image, true);
  await restoreName(store, findImage(before, full), image.id, full);
  return pinned;
}

/** @param reference with a digest */
export async function pullByDigest(
  on: Bringing,
  wanted: Wanted,
  reference: string,
  login: RegistryLogin | null,
): Promise<void> {
  const store = on.stores(wanted);
  const before = await store.held();
  await pull(on, store, reference, login);
  const image = findImage(await store.held(), reference);
  if (image !== null) await keep(store, before, image, wanted.image);
}

async function pull(on: Bringing, store: ImageStore, reference: string, login: RegistryLogin | null): Promise<void> {
  noteStore(on.layout, store.engine.key);
  const progress = pullProgress(reference, on.onWork);
  await loggedIn(on.layout, store, login, async (credentials) => {
    try {
      await store.engine.pull(reference, credentials, progress.line);
    } catch (error) {
      throw error instanceof StowageError ? notFetched(reference, error) : error;
    } finally {
      store.changed();
    }
  });
  progress.end();
}

const notFetched = (reference: string, error: StowageError): StowageError =>
  new StowageError({
    code: "image-not-fetched",
    message: `the image ${reference} could not be fetched`,
    details: lastWords(error),
  });

/** What the engine said last is why. */
const lastWords = (error: StowageError): string[] =>
  error.problems.flatMap(({ details }) => details?.slice(1) ?? []).slice(-4);

/** @returns its ID */
export async function loadArchive(
  on: Bringing,
  wanted: Wanted,
  source: ArchiveSource,
  expected: string | null,
): Promise<string> {
  const store = on.stores(wanted);
  const before = await store.held();
  noteStore(on.layout, store.engine.key);
  const id = await load(on, store, wanted.image, source, expected);
  store.changed();
  const was = before.find((image) => image.id === id);
  // It was here under other names: then it is theirs who gave them.
  if (was !== undefined && !isKept(was) && was.names.length > 0) await store.engine.remove(keptName(wanted.image, id));
  store.changed();
  return id;
}

async function load(
  on: Bringing,
  { engine }: ImageStore,
  image: string,
  source: ArchiveSource,
  expected: string | null,
): Promise<string> {
  const { path } = source;
  const work = `load ${path} ${image}`;
  const open = openArchive(source, (done, total) =>
    on.onWork?.({ kind: "work", id: work, text: `loading ${path}`, done, ...(total !== null && { total }) }),
  );
  try {
    let id = "";
    const archive = imageArchive(open.chunks, { image, shown: path, id: expected, made: open.made });
    await engine.load(
      (async function* () {
        id = yield* archive;
      })(),
    );
    on.onWork?.({ kind: "work-ended", id: work, text: `loaded ${image} from ${path}` });
    return id;
  } catch (error) {
    if (!(error instanceof StowageError) || error.problems[0]?.code !== "command-failed") throw error;
    const message = `${engine.key.engine} could not load the image in ${path}`;
    throw new StowageError({ code: "image-not-loaded", message, details: lastWords(error) });
  } finally {
    open.close();
  }
}

/** What was not here before, or only as what `prune` would take, is ours to keep, and to remove one day. */
async function keep(store: ImageStore, before: readonly HeldImage[], { id }: HeldImage, image: string): Promise<void> {
  if (before.some((one) => one.id === id && isNamed(one))) return;
  await store.engine.tag(id, keptName(image, id));
  store.changed();
}

const isNamed = ({ names, digests, pulledAs }: HeldImage): boolean =>
  names.length > 0 || (pulledAs ?? digests).length > 0;

/** A pull by name has taken the name from whatever had it. */
async function restoreName(store: ImageStore, before: HeldImage | null, id: string, name: string): Promise<void> {
  if (before?.id === id) return;
  if (before !== null) await store.engine.tag(before.id, name);
  else {
    const now = (await store.held()).find((image) => image.id === id);
    // With its last name an image would go.
    if (now !== undefined && isKept(now)) await store.engine.remove(name);
  }
  store.changed();
}

/**
 * How what is here under a name is said for ever.
 * @param pulled it came from the registry just now. Of what was here a digest may be this machine's own
 */
export function pinnedAs(image: HeldImage, name: string, pulled: boolean): string {
  const { repository } = parseReference(name);
  if (!pulled && repository.startsWith("localhost/")) return image.id;
  const digests = image.digests.map(fullName);
  const own = digests.filter((one) => parseReference(one).repository === repository);
  // That of a list of architectures means the same on other machines.
  const best = own.find((one) => !one.endsWith(`@${image.ownDigest}`)) ?? own[0];
  return best ?? (pulled ? digests[0] : undefined) ?? image.id;
}

export const isHere = async ({ stores }: Pick<Bringing, "stores">, recipe: ImageRecipe): Promise<boolean> =>
  findImage(await stores(recipe).held(), runReference(recipe)) !== null;
