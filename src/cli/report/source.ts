/** What a container is made of, in a word or two. */
import type { ContainerPart, Generation } from "../../compile/generation.ts";

/** `debian trixie`, the path of a system of the user's own, the image of an OCI container; null where nobody says it. */
export function sourceText(generation: Generation | null, { system, path, oci }: ContainerPart): string | null {
  if (oci !== undefined) return oci.image;
  const recipe = system === null ? undefined : generation?.systems[system];
  return path ?? (recipe?.kind === "toplevel" ? recipe.version : null);
}
