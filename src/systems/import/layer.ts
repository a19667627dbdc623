/** What an import is made of, and that it is what was pinned. */
import { createHash } from "node:crypto";
import { StowageError } from "../../error.ts";
import type { Chunks } from "./bytes.ts";

export interface Source {
  /** `sha256:<hex>`: of the archive's bytes, of the image's manifest, of the tree as a tar stream. */
  readonly digest: string;
  readonly layers: readonly Layer[];
  /** Whether files named `.wh.…` take away what lower layers have. */
  readonly whiteouts: boolean;
}

/** An archive, compressed or not. Can be read several times. */
export interface Layer {
  /** @throws StowageError `source-changed` at its end, where it is not what it was said to be */
  read(): Chunks;
}

/** The stream, with an error at its end where its hash is another. */
export async function* verified(chunks: Chunks, digest: string, wrong: () => StowageError): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (`sha256:${hash.digest("hex")}` !== digest) throw wrong();
}

export const changed = (shown: string): StowageError =>
  new StowageError({
    code: "source-changed",
    message: `${shown} is not what stowage.lock says it is`,
    details: ["what a container is made of is pinned, so that the same configuration always means the same"],
    hint: "`stowage update` pins it as it is now; or put back what it was",
  });
