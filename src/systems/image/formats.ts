/** A root file system as one file. The same root gives the same bytes. */
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { run } from "../../host/run.ts";
import { exactStream } from "../../store/tree-hash.ts";
import type { ImageFormat } from "./format.ts";
import { writeOci } from "./oci.ts";

export interface ImageOrder {
  readonly name: string;
  /** Whole directory that becomes the image. */
  readonly root: string;
  /** A directory for what is needed on the way. */
  readonly work: string;
  /** The file to make; there is none yet. */
  readonly file: string;
  /** Seconds since 1970: when the image was made, for whoever asks it. */
  readonly epoch: number;
}

/** A root as an archive. Its files are the store's, which nobody writes, but which builds link meanwhile. */
export const rootStream = (root: string): AsyncGenerator<Buffer> => exactStream(root, ["--hard-dereference"], [0, 1]);

export const writers: Readonly<Record<ImageFormat, (order: ImageOrder) => Promise<void>>> = {
  async tar({ root, file }) {
    await pipeline(rootStream(root), createWriteStream(file, { flags: "wx", mode: 0o600 }));
  },
  async squashfs({ root, file, epoch }) {
    const options = [
      "-noappend",
      "-no-progress",
      "-quiet",
      "-comp",
      "zstd",
      "-Xcompression-level",
      "3",
      "-no-hardlinks",
      "-mkfs-time",
      String(epoch),
    ];
    // It refuses to be told the time twice.
    const env = { SOURCE_DATE_EPOCH: undefined };
    await run(["mksquashfs", root, file, ...options], { env, package: "squashfs-tools" });
  },
  oci: writeOci,
};
