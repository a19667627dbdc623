/**
 * An image on disk, read without any engine: an OCI layout (directory or oci-archive), or what `docker save` writes.
 * Facts: the OCI image specification (image-layout, manifest, layer), and docker's "Image Tarball" format.
 */
import { createHash } from "node:crypto";
import { type Problem, StowageError } from "../../error.ts";
import type { Chunks } from "./bytes.ts";
import { decompressed } from "./compression.ts";
import { type ImageFiles, imageFiles } from "./image-files.ts";
import { changed, type Layer, type Source, verified } from "./layer.ts";
import { Refused } from "./policy.ts";
import { BadTar, Truncated } from "./tar-reader.ts";

interface Descriptor {
  readonly mediaType?: string;
  readonly digest: string;
  readonly platform?: { readonly architecture?: string; readonly os?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Of a manifest or a configuration, bytes. */
const longest = 4 * 1024 * 1024;

/** The names that Go has for what Node names otherwise. */
const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
export const ociArchitecture = (arch: string): string => architectures[arch] ?? arch;

/**
 * @param digest as it was pinned, or null: whatever it is
 * @throws StowageError `bad-image`, `source-changed`
 */
export async function openImage(path: string, shown: string, digest: string | null): Promise<Source> {
  const bad = (message: string, more: Partial<Problem> = {}) =>
    new StowageError({ code: "bad-image", message: `${shown} ${message}`, ...more });
  try {
    const files = await imageFiles(path);
    const image = files.has("index.json") ? await ociImage(files, bad) : await dockerImage(files, bad);
    if (digest !== null && image.digest !== digest) throw changed(shown);
    return { ...image, whiteouts: true };
  } catch (error) {
    if (error instanceof Truncated) throw bad("ends in the middle: it is not whole");
    if (error instanceof BadTar || error instanceof Refused)
      throw bad(`is no image that can be read: ${error.message}`);
    throw error;
  }
}

type Bad = (message: string, more?: Partial<Problem>) => StowageError;

async function ociImage(files: ImageFiles, bad: Bad): Promise<Omit<Source, "whiteouts">> {
  let list = descriptors((await json(files, "index.json", bad)).manifests, bad);
  let digest = "";
  // An index may lead to a further one, for the architectures.
  for (let depth = 0; depth < 3; depth++) {
    digest = chosen(list, bad).digest;
    const manifest = await json(files, blobPath(digest, bad), bad, digest);
    if (Array.isArray(manifest.layers)) {
      const layers = descriptors(manifest.layers, bad);
      return { digest, layers: layers.map((layer) => blobLayer(files, layer, bad)) };
    }
    list = descriptors(manifest.manifests, bad);
  }
  throw bad("has an index of indexes of indexes");
}

function blobLayer(files: ImageFiles, { digest, mediaType }: Descriptor, bad: Bad): Layer {
  const path = blobPath(digest, bad);
  if (!files.has(path)) throw bad(`lacks the layer ${digest}`, partial(mediaType));
  const wrong = () => bad(`has a layer that is damaged: ${digest}`);
  return { read: () => verified(files.open(path) as Chunks, digest, wrong) };
}

const partial = (mediaType = ""): Partial<Problem> =>
  /foreign|nondistributable/.test(mediaType)
    ? { details: ["the layer is to be fetched from elsewhere, which is not done here"] }
    : { hint: "copy the image anew: skopeo copy docker://… oci-archive:FILE" };

/** One image, or, of several, the one for this machine. */
function chosen(list: readonly Descriptor[], bad: Bad): Descriptor {
  // What builders add beside the image, with an unknown platform: proofs of where it comes from.
  const images = list.filter(({ annotations }) => annotations?.["vnd.docker.reference.type"] === undefined);
  const arch = ociArchitecture(process.arch);
  const fitting = images.filter(
    ({ platform }) => platform?.architecture === arch && (platform.os ?? "linux") === "linux",
  );
  const [first, ...others] = fitting.length > 0 ? fitting : images.filter(({ platform }) => platform === undefined);
  if (first === undefined) throw bad(`has no image for ${arch}`);
  if (others.length === 0) return first;
  const names = [first, ...others].map(({ annotations }) => annotations?.["org.opencontainers.image.ref.name"] ?? "?");
  throw bad("has several images", {
    details: [`they are named ${names.join(", ")}`],
    hint: "copy one of them: skopeo copy oci-archive:FILE:NAME oci-archive:NEW",
  });
}

/** The hash of its configuration names such an image: in there are the hashes of the layers, uncompressed. */
async function dockerImage(files: ImageFiles, bad: Bad): Promise<Omit<Source, "whiteouts">> {
  if (!files.has("manifest.json")) {
    throw bad("is no OCI layout and no archive of `docker save`: it has neither index.json nor manifest.json");
  }
  const list = (await json(files, "manifest.json", bad)) as unknown;
  if (!Array.isArray(list) || list.length !== 1)
    throw bad(`has ${Array.isArray(list) ? list.length : "no"} images, not one`);
  const { Config: configPath, Layers: paths } = list[0] as { readonly Config?: unknown; readonly Layers?: unknown };
  if (typeof configPath !== "string" || !Array.isArray(paths)) throw bad("has a manifest that cannot be read");
  const text = await content(files, configPath, bad);
  const config = parse(text, configPath, bad) as { readonly rootfs?: { readonly diff_ids?: unknown } };
  const ids = config.rootfs?.diff_ids;
  if (!Array.isArray(ids) || ids.length !== paths.length) throw bad("has a configuration that does not fit its layers");
  const layers = paths.map((path, at) => dockerLayer(files, String(path), String(ids[at]), bad));
  return { digest: `sha256:${createHash("sha256").update(text).digest("hex")}`, layers };
}

function dockerLayer(files: ImageFiles, path: string, id: string, bad: Bad): Layer {
  if (!files.has(path)) throw bad(`lacks the layer ${path}`);
  const wrong = () => bad(`has a layer that is damaged: ${path}`);
  return { read: () => verified(decompressed(files.open(path) as Chunks), id, wrong) };
}

function blobPath(digest: string, bad: Bad): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw bad(`has the digest ${JSON.stringify(digest)}`);
  return `blobs/sha256/${digest.slice(7)}`;
}

function descriptors(value: unknown, bad: Bad): Descriptor[] {
  const fits = (one: unknown): one is Descriptor =>
    typeof one === "object" && one !== null && typeof (one as Descriptor).digest === "string";
  if (!Array.isArray(value) || !value.every(fits)) throw bad("has a list of contents that cannot be read");
  return value;
}

async function json(files: ImageFiles, path: string, bad: Bad, digest?: string): Promise<Record<string, unknown>> {
  const text = await content(files, path, bad, digest);
  return parse(text, path, bad);
}

function parse(text: Buffer, path: string, bad: Bad): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text.toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, like other values that are none.
  }
  throw bad(`has a file ${path} that is not JSON`);
}

async function content(files: ImageFiles, path: string, bad: Bad, digest?: string): Promise<Buffer> {
  const chunks = files.open(path);
  if (chunks === null) throw bad(`lacks the file ${path}`);
  const wrong = () => bad(`has a file that is damaged: ${path}`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of digest === undefined ? chunks : verified(chunks, digest, wrong)) {
    length += chunk.length;
    if (length > longest) throw bad(`has a file ${path} of more than 4 MiB`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
