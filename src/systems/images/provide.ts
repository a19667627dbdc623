/** Images that a generation needs are there: fetched or loaded as they were pinned, by its own recipes. */
import { StowageError } from "../../error.ts";
import type { Layout } from "../../store/layout.ts";
import { whileBuilding } from "../../store/store.ts";
import { type Bringing, isHere, loadArchive, pullByDigest } from "./bring.ts";
import type { ImageOptions } from "./pin.ts";
import { gathered } from "./problems.ts";
import { type ImageRecipe, runReference } from "./recipe.ts";
import { byDigest, isImageId } from "./reference.ts";
import type { ImageStores } from "./stores.ts";

/** For messages. */
export type Needed = ImageRecipe & { readonly container: string };

/**
 * @returns those that were not there before
 * @throws StowageError with the problems of all images
 */
export async function provideImages(
  layout: Layout,
  needed: readonly Needed[],
  { stores, onWork }: Omit<ImageOptions, "warn">,
): Promise<Needed[]> {
  if (needed.length === 0) return [];
  const on = { layout, stores, ...(onWork && { onWork }) };
  const missing = await missingImages(needed, stores);
  if (missing.length === 0) return [];
  await whileBuilding(layout, () =>
    gathered(missing, async (one) => {
      // Two containers may have the same.
      if (await isHere(on, one)) return;
      await bring(on, one);
      if (!(await isHere(on, one))) throw notLoaded(one);
    }),
  );
  return missing;
}

/** Those that engines do not have. @throws StowageError where an engine cannot be asked */
export async function missingImages(needed: readonly Needed[], stores: ImageStores): Promise<Needed[]> {
  const missing: Needed[] = [];
  for (const one of needed) if (!(await isHere({ stores }, one))) missing.push(one);
  return missing;
}

async function bring(on: Bringing, recipe: Needed): Promise<void> {
  const { source, pinned } = recipe;
  if (source.kind === "file" || source.kind === "stream") {
    await loadArchive(on, recipe, source, pinned);
    return;
  }
  const reference = runReference(recipe);
  if (source.kind === "here" || isImageId(reference) || byDigest(reference) === null) throw gone(recipe);
  await pullByDigest(on, recipe, reference, source.login);
}

/** A start would fail, and with less to go by. */
const notLoaded = (recipe: Needed): StowageError =>
  new StowageError({
    code: "image-not-loaded",
    message: `${recipe.engine} has taken the image ${recipe.image}, and does not have it as it was pinned`,
    details: [`it was pinned as ${runReference(recipe)}`],
    hint: `\`${recipe.engine} image ls --all --no-trunc\` shows what it has`,
  });

function gone({ engine, user, image, pinned }: Needed): StowageError {
  const whose = `${engine}${user === "root" ? "" : ` of ${user}`}`;
  return new StowageError({
    code: "image-gone",
    message: `${whose} does not have the image ${image} as it was pinned`,
    details: [`it was ${pinned ?? "not pinned"}, which was on this machine and in no registry`],
    hint: "bring it back, or let `stowage update` pin what is there now",
  });
}
