/**
 * The entries of a tar archive, as they come: ustar, pax and GNU's long names. It reads what an archive says and judges
 * nothing of it; see `policy.ts`.
 */
import { type Bytes, Truncated } from "./bytes.ts";
import { BadTar, blockSize, isZero, parseHeader, type RawHeader } from "./tar-header.ts";

export type EntryKind = "file" | "directory" | "symlink" | "hardlink" | "device" | "fifo";

export interface TarEntry {
  /** As written. */
  readonly name: string;
  readonly kind: EntryKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of the body; 0 of what is no file. */
  readonly size: number;
  /** Seconds since 1970, decimal, with a fraction or without. */
  readonly mtime: string;
  /** Target of a link, as written; else empty. */
  readonly link: string;
  /** Extended attributes and ACLs by their pax key: `SCHILY.xattr.security.capability`. */
  readonly attributes: ReadonlyMap<string, Buffer>;
}

export interface ReadEntry {
  readonly entry: TarEntry;
  /** To be read before the next entry is asked for, or not at all. */
  readonly body: AsyncIterable<Buffer>;
}

type Pax = ReadonlyMap<string, Buffer>;

/** Of an extended header or a long name, bytes: nothing honest comes near. */
const longest = 1024 * 1024;

const kinds: Readonly<Record<string, EntryKind>> = {
  "\0": "file",
  "0": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "device",
  "4": "device",
  "5": "directory",
  "6": "fifo",
  "7": "file",
};

/**
 * Reads to the archive's end mark.
 * @throws BadTar, Truncated
 */
export async function* tarEntries(bytes: Bytes): AsyncGenerator<ReadEntry> {
  let everywhere: Pax = new Map();
  let extended: Pax = new Map();
  for (;;) {
    const block = await bytes.take(blockSize);
    if (isZero(block)) return;
    const header = parseHeader(block);
    const meta = await readMeta(bytes, header);
    if (meta !== null) {
      if (header.type === "g") everywhere = merge(everywhere, meta);
      else extended = merge(extended, meta);
      continue;
    }
    const entry = entryOf(header, merge(everywhere, extended));
    extended = new Map();
    const body = new Body(bytes, entry.kind === "file" ? entry.size : bodySize(entry, header));
    yield { entry, body };
    await body.skip();
  }
}

/** What an entry that only says something of the next one says; null: it is one itself. */
async function readMeta(bytes: Bytes, { type, size }: RawHeader): Promise<Pax | null> {
  if (!"xgLK".includes(type)) return null;
  if (size > longest) throw new BadTar("an extended header of more than 1 MiB");
  const body = await bytes.take(size);
  await bytes.take(padding(size));
  if (type === "x" || type === "g") return parsePax(body);
  const end = body.indexOf(0);
  return new Map([[type === "L" ? "path" : "linkpath", end < 0 ? body : body.subarray(0, end)]]);
}

const merge = (below: Pax, above: Pax): Pax => new Map([...below, ...above]);

export const padding = (size: number): number => (blockSize - (size % blockSize)) % blockSize;

/** Records `<length> <key>=<value>\n`. @throws BadTar */
export function parsePax(body: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const blank = body.indexOf(0x20, at);
    const digits = blank < 0 ? "" : body.toString("latin1", at, blank);
    const end = at + Number(digits);
    const equals = body.indexOf(0x3d, blank);
    if (!/^[1-9]\d{0,6}$/.test(digits) || end > body.length || body[end - 1] !== 0x0a || equals < 0 || equals >= end) {
      throw new BadTar("an extended header that cannot be read");
    }
    records.set(body.toString("utf8", blank + 1, equals), Buffer.from(body.subarray(equals + 1, end - 1)));
    at = end;
  }
  return records;
}

function entryOf(header: RawHeader, pax: Pax): TarEntry {
  const isSparse = header.type === "S" || [...pax.keys()].some((key) => key.startsWith("GNU.sparse."));
  if (isSparse) throw new BadTar("a sparse file: pack it without --sparse (-S)");
  const kind = kinds[header.type];
  if (kind === undefined) throw new BadTar(`an entry of a kind that is not known: ${JSON.stringify(header.type)}`);
  const name = decode(pax.get("path") ?? header.name);
  const size = paxNumber(pax, "size") ?? header.size;
  // Archives from before POSIX mark a directory by the end of its name.
  const isDirectory = kind === "directory" || (header.type === "\0" && name.endsWith("/"));
  return {
    name,
    kind: isDirectory ? "directory" : kind,
    mode: header.mode,
    uid: paxNumber(pax, "uid") ?? header.uid,
    gid: paxNumber(pax, "gid") ?? header.gid,
    size: kind === "file" && !isDirectory ? size : 0,
    mtime: paxTime(pax) ?? String(header.mtime),
    link: kind === "symlink" || kind === "hardlink" ? decode(pax.get("linkpath") ?? header.link) : "",
    attributes: new Map([...pax].filter(([key]) => key.startsWith("SCHILY."))),
  };
}

/** A hard link may have a body, by pax(1); every other kind has none, whatever its size says. */
const bodySize = ({ kind }: TarEntry, { size }: RawHeader): number => (kind === "hardlink" ? size : 0);

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BadTar(`a name that is not UTF-8: ${JSON.stringify(bytes.toString("latin1"))}`);
  }
}

function paxNumber(pax: Pax, key: string): number | undefined {
  const text = pax.get(key)?.toString("latin1");
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new BadTar(`an extended header with the ${key} ${JSON.stringify(text)}`);
  return Number(text);
}

function paxTime(pax: Pax): string | undefined {
  const text = pax.get("mtime")?.toString("latin1");
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,12}(\.\d{1,20})?$/.test(text))
    throw new BadTar(`a time before 1970 or that is none: ${JSON.stringify(text)}`);
  return text;
}

class Body implements AsyncIterable<Buffer> {
  readonly #bytes: Bytes;
  readonly #size: number;
  #taken = false;

  constructor(bytes: Bytes, size: number) {
    this.#bytes = bytes;
    this.#size = size;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    this.#taken = true;
    yield* this.#bytes.takeChunks(this.#size);
    await this.#bytes.take(padding(this.#size));
  }

  /** Unless it was read. */
  async skip(): Promise<void> {
    if (!this.#taken) for await (const _ of this);
  }
}

export { BadTar, Truncated };
