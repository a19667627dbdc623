/** How an archive is compressed, told by its first bytes and not by its name; and the stream without it. */

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { StowageError } from "../../error.ts";
import { pipe } from "../../host/run.ts";
import { Bytes, type Chunks } from "./bytes.ts";
import { filtering } from "./confined.ts";
import { BadTar } from "./tar-header.ts";

interface Compression {
  readonly begins: string;
  readonly argv: readonly string[];
  readonly package: string;
}

/** First bytes in hex. Memory is bounded: what an archive asks for is its own claim. */
const compressions: readonly Compression[] = [
  { begins: "1f8b", argv: ["gzip", "-dc"], package: "gzip" },
  { begins: "fd377a585a00", argv: ["xz", "-dc", "--memlimit-decompress=1GiB"], package: "xz-utils" },
  { begins: "28b52ffd", argv: ["zstd", "-dcq", "--memory=1024MB"], package: "zstd" },
  { begins: "425a68", argv: ["bzip2", "-dc"], package: "bzip2" },
];

export const compressionOf = (start: Buffer): Compression | null =>
  compressions.find(({ begins }) => start.toString("hex").startsWith(begins)) ?? null;

/**
 * The archive in a stream, whatever compresses it. Read to its end it has read the source to its end too.
 * @throws BadTar when the stream cannot be decompressed; StowageError `program-missing`
 */
export async function* decompressed(source: Chunks): AsyncGenerator<Buffer> {
  const bytes = new Bytes(source);
  const compression = compressionOf(await bytes.peek(8));
  if (compression === null) {
    yield* bytes.rest();
    return;
  }
  const abort = new AbortController();
  const { stdin, stdout, ended } = pipe(filtering(compression.argv), { package: "util-linux", signal: abort.signal });
  const feeding = pipeline(Readable.from(bytes.rest(), { objectMode: false }), stdin);
  // A program that does not want the rest of its input is no mistake of the one who feeds it.
  const fed = feeding.then(
    () => null,
    (error: NodeJS.ErrnoException) =>
      error.code === "EPIPE" || error.code === "ERR_STREAM_PREMATURE_CLOSE" ? null : error,
  );
  try {
    for await (const chunk of stdout) yield chunk;
    const wrong = await fed;
    if (wrong !== null) throw wrong;
    // bzip2 leaves off at what it takes for garbage behind an archive: whether that belongs to it its hash says.
    for await (const _ of bytes.rest());
    await ended.catch((error) => {
      throw notDecompressed(compression, error);
    });
  } finally {
    abort.abort();
    await Promise.allSettled([ended, fed]);
  }
}

/** @returns what to tell of a decompressor that failed */
function notDecompressed({ argv, package: name }: Compression, error: unknown): unknown {
  if (!(error instanceof StowageError)) return error;
  const details = error.problems.flatMap((problem) => problem.details ?? []).slice(1);
  const [program] = argv;
  if (details.some((line) => /failed to execute|No such file or directory/.test(line) && line.includes(`${program}`))) {
    return new StowageError({
      code: "program-missing",
      message: `the program ${program} is not installed`,
      hint: `install the package ${name}`,
    });
  }
  return new BadTar(`it cannot be decompressed by ${program}: ${details.at(-1) ?? "no reason was given"}`);
}
