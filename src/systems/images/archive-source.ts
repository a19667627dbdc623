/** The archive of an image, from a file or as a program writes it. */
import { accessSync, constants, createReadStream, statSync } from "node:fs";
import { StowageError } from "../../error.ts";
import { pipe } from "../../host/run.ts";
import type { Chunks } from "../import/bytes.ts";
import type { OnWork } from "../progress.ts";
import { imageArchive } from "./archive.ts";
import type { ImageSource } from "./recipe.ts";

/** Of a kind that has an archive. */
export type ArchiveSource = Extract<ImageSource, { readonly kind: "file" | "stream" }>;

export interface OpenArchive {
  readonly chunks: Chunks;
  /** Comes to its end when all was written, well. */
  readonly made: () => Promise<unknown>;
  /** Ends what makes it. */
  close(): void;
}

/** @throws StowageError `no-source` */
export function openArchive({ kind, path }: ArchiveSource, onBytes: OnBytes) {
  return kind === "file" ? fileArchive(path, onBytes) : streamArchive(path, onBytes);
}

type OnBytes = (read: number, all: number | null) => void;

function fileArchive(path: string, onBytes: OnBytes): OpenArchive {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw noSource(path, stat ? "is no file" : "does not exist", "imageFile");
  const stream = createReadStream(path);
  const chunks = counted(stream, stat.size, onBytes);
  return { chunks, made: async () => undefined, close: () => stream.destroy() };
}

function streamArchive(path: string, onBytes: OnBytes): OpenArchive {
  checkProgram(path);
  const abort = new AbortController();
  const { stdin, stdout, ended } = pipe(["setpriv", "--pdeathsig", "KILL", "--", path], { signal: abort.signal });
  stdin.end();
  const made = () =>
    ended.catch((error) => {
      throw error instanceof StowageError ? streamFailed(path, error) : error;
    });
  return { chunks: counted(stdout, null, onBytes), made, close: () => abort.abort() };
}

async function* counted(chunks: Chunks, all: number | null, onBytes: OnBytes): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of chunks) {
    read += chunk.length;
    onBytes(read, all);
    yield chunk;
  }
}

function checkProgram(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw noSource(path, stat ? "is no program" : "does not exist", "imageStream");
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw noSource(path, "cannot be executed", "imageStream");
  }
}

const noSource = (path: string, why: string, option: string): StowageError =>
  new StowageError({
    code: "no-source",
    message: `${path} ${why}`,
    details: [
      option === "imageFile"
        ? "imageFile names an archive of an image: docker-archive or oci-archive"
        : "imageStream names a program that writes an archive of an image to its standard output",
    ],
  });

/** What it said, without our way to start it. */
function streamFailed(path: string, error: StowageError): StowageError {
  const [problem] = error.problems;
  return new StowageError({
    code: "stream-failed",
    message: `${path}, which was to write the image, ${(problem?.message ?? "failed").replace(/^\S+ /, "")}`,
    details: [...(problem?.details ?? []).slice(1), "nothing of it was loaded"],
  });
}

/** The ID of the image in an archive, without any engine. @throws StowageError as {@link imageArchive} */
export async function archiveId(source: ArchiveSource, image: string, id: string, onWork?: OnWork): Promise<string> {
  const { path } = source;
  const open = openArchive(source, (done, total) =>
    onWork?.({ kind: "work", id, text: `reading ${path}`, done, ...(total !== null && { total }) }),
  );
  try {
    const read = imageArchive(open.chunks, { image, shown: path, id: null, made: open.made });
    for (;;) {
      const { value, done } = await read.next();
      if (!done) continue;
      onWork?.({ kind: "work-ended", id, text: `read ${path}` });
      return value;
    }
  } finally {
    open.close();
  }
}
