/** The layers of a source, one on the other, in a directory. What judges them is `policy.ts`, what writes is confined. */
import { statfsSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pipe } from "../../host/run.ts";
import { Bytes } from "./bytes.ts";
import { decompressed } from "./compression.ts";
import { removeBelow, unpacking } from "./confined.ts";
import type { Layer, Source } from "./layer.ts";
import { TreePolicy } from "./policy.ts";
import { BadTar } from "./tar-header.ts";
import { tarEntries } from "./tar-reader.ts";
import { tarEnd, tarHeader } from "./tar-writer.ts";
import { removedBy } from "./whiteouts.ts";

/**
 * Fills an empty directory.
 * @returns seconds since 1970 of the newest entry
 * @throws Refused, BadTar, Truncated; StowageError of the source
 */
export async function unpack(source: Source, directory: string): Promise<number> {
  const { bavail, bsize, ffree } = statfsSync(directory);
  // Some file systems do not count their files.
  const policy = new TreePolicy({ bytes: bavail * bsize, files: ffree === 0 ? Number.MAX_SAFE_INTEGER : ffree });
  for (const layer of source.layers) {
    if (source.whiteouts) await removeBelow(directory, await removedBy(open(layer), policy));
    await write(layer, source.whiteouts, policy, directory);
  }
  policy.checkWhole();
  return policy.newest;
}

const open = (layer: Layer): Bytes => new Bytes(decompressed(layer.read()));

async function write(layer: Layer, whiteouts: boolean, policy: TreePolicy, directory: string): Promise<void> {
  const program = unpacking(directory);
  const abort = new AbortController();
  const { stdin, stdout, ended } = pipe(program.argv, { package: "util-linux", signal: abort.signal });
  stdout.resume();
  try {
    const archive = joined(admitted(open(layer), whiteouts, policy));
    await pipeline(Readable.from(archive, { objectMode: false }), stdin).catch(async (error) => {
      // Whoever reads it has ended, and knows better why.
      if (error.code === "EPIPE" || error.code === "ERR_STREAM_PREMATURE_CLOSE") await ended;
      throw error;
    });
    await ended;
  } finally {
    abort.abort();
    await Promise.allSettled([ended]);
    program.clean();
  }
}

/** The archive again, in headers of ours: what was refused is not in it, and nothing else than was judged is. */
async function* admitted(bytes: Bytes, whiteouts: boolean, policy: TreePolicy): AsyncGenerator<Buffer> {
  const now = Date.now() / 1000;
  for await (const { entry, body } of tarEntries(bytes)) {
    if (whiteouts && isWhiteout(entry.name)) continue;
    const kept = policy.admit(entry);
    if (kept === null) continue;
    if (Number(kept.mtime) > now + 1) {
      throw new BadTar(`${kept.name} is dated in the future: the clock is wrong here, or was where it was packed`);
    }
    yield tarHeader(kept);
    if (kept.kind === "file") yield* padded(body, kept.size);
  }
  yield tarEnd;
  // Its hash is known at its end, and what stands behind the archive belongs to it.
  for await (const _ of bytes.rest());
}

const isWhiteout = (name: string): boolean => name.slice(name.lastIndexOf("/") + 1).startsWith(".wh.");

async function* padded(body: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  yield* body;
  if (size % 512 > 0) yield Buffer.alloc(512 - (size % 512));
}

/** In larger pieces: each is a write. */
async function* joined(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    length += chunk.length;
    if (length < 65_536) continue;
    yield Buffer.concat(held);
    [held, length] = [[], 0];
  }
  if (length > 0) yield Buffer.concat(held);
}
