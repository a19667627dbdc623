/**
 * An archive of an image on its way to an engine, as it comes and without a copy. What the archive says of itself is held
 * back until all of it came, its maker ended well and it is the image that was asked for: an engine that never hears of an
 * image loads none. Facts: docker's "Image Tarball" format and the OCI image layout, which both may be compressed as a whole.
 */
import { createHash } from "node:crypto";
import { type Problem, StowageError } from "../../error.ts";
import { Bytes, type Chunks } from "../import/bytes.ts";
import { decompressed } from "../import/compression.ts";
import { changed } from "../import/layer.ts";
import { cleanPath, Refused } from "../import/policy.ts";
import { BadTar, padding, type ReadEntry, Truncated, tarEntries } from "../import/tar-reader.ts";
import { tarEnd, tarHeader } from "../import/tar-writer.ts";
import { chosenImage, type ImageParts } from "./contents.ts";
import { keptName } from "./reference.ts";

export interface WantedArchive {
  /** What it must be called. */
  readonly image: string;
  /** For messages: the file, or the program. */
  readonly shown: string;
  /** The ID that it must have, or null: whatever it has. */
  readonly id: string | null;
  /** Comes to its end when its maker did, well. */
  readonly made: () => Promise<unknown>;
}

/** Of a file that says something of the image, bytes; of all of them together eight times as much. */
const longest = 4 * 1024 * 1024;
const most = 8 * longest;

/** Nothing is an image without one of these. */
const descriptions = ["manifest.json", "index.json", "oci-layout", "repositories"];

/**
 * @yields an archive of docker's kind with one image, which has one name: {@link keptName}
 * @returns its ID
 * @throws StowageError `bad-image`, `other-image`, `source-changed`, or whatever `made` throws, before the archive is whole
 */
export async function* imageArchive(source: Chunks, wanted: WantedArchive): AsyncGenerator<Uint8Array, string> {
  const bad = (message: string, more: Partial<Problem> = {}) =>
    new StowageError({ code: "bad-image", message: `${wanted.shown} ${message}`, ...more });
  const seen: Seen = { small: new Map(), names: new Set(), held: 0 };
  try {
    yield* passed(source, seen, bad);
  } catch (error) {
    // A program that failed says more than what is wrong with what it had written until then.
    await wanted.made();
    if (error instanceof Truncated) throw bad("ends in the middle: it is not whole");
    if (error instanceof BadTar || error instanceof Refused) throw bad(`is no archive of an image: ${error.message}`);
    throw error;
  }
  await wanted.made();
  const { config, layers } = chosenImage(seen.small, wanted.image, bad);
  const text = seen.small.get(config);
  const missing = [config, ...layers].find((name) => !seen.names.has(name));
  if (missing !== undefined || text === undefined) throw bad(`lacks the file ${missing ?? config}`);
  const id = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  if (wanted.id !== null && wanted.id !== id) throw changed(wanted.shown);
  yield manifest({ config, layers }, keptName(wanted.image, id));
  return id;
}

interface Seen {
  /** Files that say something, by their clean names. */
  readonly small: Map<string, Buffer>;
  readonly names: Set<string>;
  held: number;
}

type Bad = (message: string, more?: Partial<Problem>) => StowageError;

async function* passed(source: Chunks, seen: Seen, bad: Bad): AsyncGenerator<Uint8Array> {
  const bytes = new Bytes(decompressed(source));
  if ((await bytes.peek(1)).length === 0) throw bad("is empty");
  for await (const read of tarEntries(bytes)) {
    const name = cleanPath(read.entry.name, "name");
    const isDescription = descriptions.includes(name);
    if (isDescription && read.entry.size > longest) throw bad(`has a file ${name} of more than 4 MiB`);
    if (read.entry.kind === "directory" || name === "") continue;
    if (read.entry.kind === "device" || read.entry.kind === "fifo") throw bad(`has ${name}, which is no file`);
    seen.names.add(name);
    yield* entryPassed({ ...read, entry: { ...read.entry, name } }, isDescription, seen, bad);
  }
  // Some makers fill the last record: who writes must not be ended by our not reading.
  for await (const _ of bytes.rest());
}

async function* entryPassed({ entry, body }: ReadEntry, heldBack: boolean, seen: Seen, bad: Bad) {
  const parts: Uint8Array[] = [];
  let isSmall = entry.kind === "file" && entry.size <= longest;
  if (!heldBack) yield tarHeader(entry);
  for await (const chunk of body) {
    // All that says something is JSON.
    if (parts.length === 0 && chunk.length > 0 && ![0x7b, 0x5b].includes(chunk[0] ?? 0)) isSmall = false;
    if (isSmall) parts.push(chunk);
    if (!heldBack) yield chunk;
  }
  if (!heldBack) yield Buffer.alloc(padding(entry.size));
  if (!isSmall) return;
  seen.held += entry.size;
  if (seen.held > most) throw bad("has more than 32 MiB of descriptions");
  seen.small.set(entry.name, Buffer.concat(parts));
}

function manifest({ config, layers }: ImageParts, name: string): Buffer {
  const body = Buffer.from(JSON.stringify([{ Config: config, RepoTags: [name], Layers: layers }]));
  const entry = { name: "manifest.json", kind: "file", link: "", size: body.length, mode: 0o644 } as const;
  const header = tarHeader({ ...entry, uid: 0, gid: 0, mtime: "0", attributes: new Map() });
  return Buffer.concat([header, body, Buffer.alloc(padding(body.length)), tarEnd]);
}
