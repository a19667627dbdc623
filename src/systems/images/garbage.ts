/** Images that we brought to an engine and that nothing needs any more. Those of others are never looked at twice. */
import { StowageError } from "../../error.ts";
import type { Layout } from "../../store/layout.ts";
import { type ImageRecipe, type ImageStoreKey, runReference } from "./recipe.ts";
import { isKeptName, parseReference } from "./reference.ts";
import { findImage, type ImageStores, isKept } from "./stores.ts";
import { notedStores } from "./touched.ts";

export interface GarbageImage extends ImageStoreKey {
  readonly id: string;
  /** `docker.io/library/nginx`: what it was brought as. */
  readonly name: string;
}

/**
 * @param needed the images of all generations that stay
 * @param onAbsent told of an engine that cannot be asked: what it has is left as it is
 */
export async function unneededImages(
  layout: Layout,
  needed: readonly ImageRecipe[],
  stores: ImageStores,
  onAbsent: (error: StowageError) => void = () => undefined,
): Promise<GarbageImage[]> {
  const garbage: GarbageImage[] = [];
  for (const key of notedStores(layout)) {
    try {
      garbage.push(...(await unneededIn(key, needed, stores)));
    } catch (error) {
      if (!(error instanceof StowageError)) throw error;
      onAbsent(error);
    }
  }
  return garbage;
}

async function unneededIn(
  key: ImageStoreKey,
  needed: readonly ImageRecipe[],
  stores: ImageStores,
): Promise<GarbageImage[]> {
  const held = await stores(key).held();
  const own = needed.filter(({ engine, user }) => engine === key.engine && user === key.user);
  const ids = new Set(own.map((recipe) => findImage(held, runReference(recipe))?.id));
  return held
    .filter((image) => isKept(image) && !ids.has(image.id))
    .map(({ id, names }) => ({
      ...key,
      id,
      name: parseReference(names.find((name) => isKeptName(name, id)) ?? "").repository,
    }));
}

export interface RemovedImages {
  readonly removed: readonly GarbageImage[];
  /** Those that stay, and why: the engine's words. */
  readonly refused: readonly { readonly image: GarbageImage; readonly why: string }[];
}

/**
 * Takes away what we gave: our name, and the digest that it was fetched by. With other names of its own it stays, and so
 * does one that a container has: the engine refuses, and the next `gc` finds it again.
 */
export async function removeImages(images: readonly GarbageImage[], stores: ImageStores): Promise<RemovedImages> {
  const removed: GarbageImage[] = [];
  const left: { image: GarbageImage; why: string }[] = [];
  for (const garbage of images) {
    const { id, ...key } = garbage;
    const store = stores(key);
    const image = (await store.held()).find((one) => one.id === id);
    const kept = image?.names.filter((name) => isKeptName(name, id)) ?? [];
    // Ours last: by it one that stays is known.
    let why: string | null = null;
    for (const name of [...(image?.pulledAs ?? []), ...kept]) ({ refused: why } = await store.engine.remove(name));
    store.changed();
    if (why === null) removed.push(garbage);
    else left.push({ image: garbage, why });
  }
  return { removed, refused: left };
}
