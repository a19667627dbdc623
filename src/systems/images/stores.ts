/** The images that engines have, looked at once, and what is found among them. */
import type { AsUser } from "../../host/engines.ts";
import { type EngineImages, engineImages, type HeldImage } from "./engine.ts";
import type { ImageStoreKey } from "./recipe.ts";
import { byDigest, fullName, isImageId, isKeptName, isShort } from "./reference.ts";

export interface ImageStore {
  readonly engine: EngineImages;
  held(): Promise<readonly HeldImage[]>;
  /** Something was changed: the next question asks the engine. */
  changed(): void;
}

export type ImageStores = (key: ImageStoreKey) => ImageStore;

export function imageStores(asUser: AsUser, engineOf: typeof engineImages = engineImages): ImageStores {
  const stores = new Map<string, ImageStore>();
  return (key) => {
    const name = `${key.engine} ${key.user}`;
    const store = stores.get(name) ?? storeOf(engineOf(key, asUser));
    stores.set(name, store);
    return store;
  };
}

function storeOf(engine: EngineImages): ImageStore {
  let held: Promise<readonly HeldImage[]> | undefined;
  return {
    engine,
    held() {
      held ??= engine.list();
      return held;
    },
    changed() {
      held = undefined;
    },
  };
}

/** The image that an engine would take for a reference: an ID, a digest, or a name. */
export function findImage(held: readonly HeldImage[], reference: string): HeldImage | null {
  if (isImageId(reference)) return held.find(({ id }) => id === reference) ?? null;
  const digest = byDigest(reference);
  if (digest !== null) return held.find(({ digests }) => digests.some((one) => byDigest(one) === digest)) ?? null;
  // A short name may also be one that was given on this machine, for podman.
  const names = [fullName(reference), ...(isShort(reference) ? [fullName(`localhost/${reference}`)] : [])];
  for (const name of names) {
    const found = held.find((image) => image.names.includes(name));
    if (found !== undefined) return found;
  }
  return null;
}

/** Whether it was brought by us. */
export const isKept = ({ id, names }: HeldImage): boolean => names.some((name) => isKeptName(name, id));
