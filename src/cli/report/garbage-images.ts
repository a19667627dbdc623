/** Images that nothing needs any more, in words. */
import type { GarbageImage, RemovedImages } from "../../systems/images/garbage.ts";

export const imageText = ({ engine, user, name, id }: GarbageImage): string =>
  `image ${name} ${id.slice(0, 19)} (${engine}${user === "root" ? "" : ` of ${user}`})`;

/** One line for each that the engine did not let go. */
export const refusedText = ({ refused }: Pick<RemovedImages, "refused">): string =>
  refused.map(({ image, why }) => `left as it is: ${imageText(image)}${why === "" ? "" : `: ${why}`}\n`).join("");
