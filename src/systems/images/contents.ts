/** Which image of an archive is the one that was asked for, by the names that the archive gives. Pure. */
import type { Problem, StowageError } from "../../error.ts";
import { fullName, parseReference } from "./reference.ts";

/** Names of files in the archive. */
export interface ImageParts {
  readonly config: string;
  /** Lowest first. */
  readonly layers: readonly string[];
}

type Bad = (message: string, more?: Partial<Problem>) => StowageError;
type Files = ReadonlyMap<string, Buffer>;
type Fields = Readonly<Record<string, unknown>>;

/** @throws StowageError `bad-image`; `other-image` where it has other names than the one that was asked for */
export function chosenImage(files: Files, image: string, bad: Bad): ImageParts {
  // What docker writes today is of both kinds, and only the manifest has whole names.
  if (files.has("manifest.json")) return dockerImage(files, image, bad);
  if (files.has("index.json")) return ociImage(files, image, bad);
  throw bad("is no archive of an image: it has neither manifest.json nor index.json");
}

function dockerImage(files: Files, image: string, bad: Bad): ImageParts {
  const list = json(files, "manifest.json", bad);
  if (!Array.isArray(list)) throw bad("has a manifest that cannot be read");
  const named = (list as Fields[]).flatMap((one) =>
    texts(one?.RepoTags ?? [], "manifest.json", bad).map((name) => ({ name, one })),
  );
  const found = named.find(({ name }) => fullName(name) === fullName(image));
  if (found === undefined) throw otherImage(named.map(({ name }) => name).sort(), image, bad);
  const { Config: config, Layers: layers } = found.one;
  if (typeof config !== "string") throw bad("has a manifest that cannot be read");
  return { config, layers: texts(layers, "manifest.json", bad) };
}

function ociImage(files: Files, image: string, bad: Bad): ImageParts {
  const index = json(files, "index.json", bad) as Fields;
  const all = objects(index.manifests, "index.json", bad).map((one) => ({ name: nameOf(one), one }));
  const found = all.find(({ name }) => name !== null && isNamed(name, image));
  if (found === undefined) throw otherImage(all.flatMap(({ name }) => name ?? []).sort(), image, bad);
  const manifest = imageManifest(files, found.one, bad);
  const config = blobPath((manifest.config as Fields | undefined)?.digest, bad);
  return { config, layers: objects(manifest.layers, config, bad).map(({ digest }) => blobPath(digest, bad)) };
}

/** An index may lead to a further one, for the architectures: then it is this machine's that engines take. */
function imageManifest(files: Files, descriptor: Fields, bad: Bad): Fields {
  const path = blobPath(descriptor.digest, bad);
  const manifest = json(files, path, bad) as Fields;
  if (manifest.manifests === undefined) return manifest;
  const arch = architectures[process.arch] ?? process.arch;
  const fits = ({ platform }: Fields) => (platform as Fields | undefined)?.architecture === arch;
  const own = objects(manifest.manifests, path, bad).find(fits);
  if (own === undefined) throw bad(`has no image for ${arch}`);
  return json(files, blobPath(own.digest, bad), bad) as Fields;
}

/** The names that Go has for what Node names otherwise. */
const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** docker writes whole names for containerd; others write there what they were told to, a tag alone perhaps. */
function nameOf(descriptor: Fields): string | null {
  const notes = (descriptor.annotations ?? {}) as Fields;
  const name = notes["io.containerd.image.name"] ?? notes["org.opencontainers.image.ref.name"];
  return typeof name === "string" && name !== "" ? name : null;
}

function isNamed(name: string, image: string): boolean {
  const isTag = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name);
  return isTag ? parseReference(image).tag === name : fullName(name) === fullName(image);
}

function otherImage(names: readonly string[], image: string, bad: Bad): StowageError {
  const hint = "an archive has the names that it was saved under: podman save, docker save -o FILE NAME:TAG";
  if (names.length === 0) return bad("has an image without a name", { code: "other-image", hint });
  const shown = names.slice(0, 8).join(", ");
  const near = names.some((name) => parseReference(name).repository === parseReference(image).repository);
  return bad(`holds ${shown}, and not ${image}`, {
    code: "other-image",
    hint: near ? `another tag: declare image = ${JSON.stringify(names[0])}, or save it as ${image}` : hint,
  });
}

function json(files: Files, name: string, bad: Bad): unknown {
  const text = files.get(name);
  if (text === undefined) throw bad(`lacks the file ${name}`);
  try {
    const value: unknown = JSON.parse(text.toString("utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below, as other values that are none.
  }
  throw bad(`has a file ${name} that cannot be read`);
}

function texts(value: unknown, where: string, bad: Bad): string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value as string[];
  throw bad(`has a list in ${where} that cannot be read`);
}

function objects(value: unknown, where: string, bad: Bad): Fields[] {
  if (Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null)) return value as Fields[];
  throw bad(`has a list in ${where} that cannot be read`);
}

function blobPath(digest: unknown, bad: Bad): string {
  if (typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest)) return `blobs/sha256/${digest.slice(7)}`;
  throw bad(`has the digest ${JSON.stringify(digest)}`);
}
