/** An image of an OCI container: what is run, and where it comes from when the engine lacks it. Pure. */

/** Whose images: each engine keeps its own, podman of each user others. */
export interface ImageStoreKey {
  readonly engine: "podman" | "docker";
  /** Name of a user of the host; "root" with docker. */
  readonly user: string;
}

export interface ImageRecipe extends ImageStoreKey {
  /** As it is declared: `docker.io/library/nginx:1.27`. */
  readonly image: string;
  /**
   * As the engine is given it, so that it is always the same: `docker.io/library/nginx@sha256:…`, or the image's ID,
   * `sha256:…`, of one that no registry has. null: nobody has looked yet what `image` is.
   */
  readonly pinned: string | null;
  readonly source: ImageSource;
}

export type ImageSource =
  | { readonly kind: "registry"; readonly login: RegistryLogin | null }
  /** `pull = "never"`: somebody else brings it. */
  | { readonly kind: "here" }
  /** Absolute path of an archive, docker-archive or oci-archive. */
  | { readonly kind: "file"; readonly path: string }
  /** Absolute path of a program that writes such an archive. */
  | { readonly kind: "stream"; readonly path: string };

export interface RegistryLogin {
  readonly registry: string;
  readonly username: string;
  /** Where the password is, never the password itself. */
  readonly passwordFile: string;
}

/** When a switch asks the registry: see the option `pull`. */
export type Pull = "always" | "missing" | "never" | "newer";

/** What a configuration asks for an image. */
export interface ImageRequest extends Omit<ImageRecipe, "pinned"> {
  /** For messages. */
  readonly container: string;
  readonly pull: Pull;
}

/** What is run. */
export const runReference = ({ image, pinned }: Pick<ImageRecipe, "image" | "pinned">): string => pinned ?? image;

/** How the lock calls what is asked for. An archive may hold several images, so its name alone would not do. */
export const imageKey = ({ image, source }: Pick<ImageRecipe, "image" | "source">): string =>
  source.kind === "file" || source.kind === "stream" ? `${source.kind} ${source.path} ${image}` : image;
