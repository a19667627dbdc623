/** Names of images, `[domain/]path[:tag][@digest]`, as docker and podman read them. Pure. */

export interface Reference {
  /** With the registry: `docker.io/library/nginx`, `localhost:5000/web`. */
  readonly repository: string;
  /** null where there is a digest and no tag; else `latest` where none is said. */
  readonly tag: string | null;
  /** `sha256:…` */
  readonly digest: string | null;
}

/** Without a registry it is Docker Hub's, as both engines have it where nothing else is configured. */
export function parseReference(text: string): Reference {
  const [named = "", digest = null] = text.split("@");
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const [path, tag] = colon < 0 ? [named, null] : [named.slice(0, colon), named.slice(colon + 1)];
  return {
    repository: withRegistry(path),
    tag: tag ?? (digest === null ? "latest" : null),
    digest,
  };
}

const hub = "docker.io";

function withRegistry(path: string): string {
  const [first = "", ...rest] = path.split("/");
  if (isShort(path)) return `${hub}/${rest.length === 0 ? "library/" : ""}${path}`;
  return first === hub && rest.length === 1 ? `${hub}/library/${rest[0]}` : path;
}

/** Whether no registry is said. */
export function isShort(text: string): boolean {
  const [first = "", ...rest] = text.split("/");
  return rest.length === 0 || !(first.includes(".") || first.includes(":") || first === "localhost");
}

/** With everything that is implied. */
export function fullName(text: string): string {
  const { repository, tag, digest } = parseReference(text);
  return `${repository}${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@${digest}`}`;
}

/** Whether it names one image for ever: the tag beside a digest says nothing, and engines refuse both together. */
export function byDigest(text: string): string | null {
  const { repository, digest } = parseReference(text);
  return digest === null ? null : `${repository}@${digest}`;
}

/** An image's ID is its configuration's hash. */
export const isImageId = (text: string): boolean => /^sha256:[0-9a-f]{64}$/.test(text);

const ours = /:stowage-([0-9a-f]{32})$/;

/**
 * The name that an image gets which we bring, beside those that it has: it keeps the image where `prune` would take what
 * has no name, and tells `gc` whose it is. Nobody else's name is made or moved.
 * @param id of the image, `sha256:…`
 */
export const keptName = (image: string, id: string): string =>
  `${parseReference(image).repository}:stowage-${id.replace(/^sha256:/, "").slice(0, 32)}`;

/** Whether it is {@link keptName} of this image. */
export const isKeptName = (name: string, id: string): boolean =>
  ours.exec(name)?.[1] === id.replace(/^sha256:/, "").slice(0, 32);
