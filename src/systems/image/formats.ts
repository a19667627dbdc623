/** A root file system as one file. The same root gives the same bytes. */
import { run } from "../../host/run.ts";
import { exactTar } from "../../store/tree-hash.ts";
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

/** Arguments of GNU tar for a root, without the place it goes to. */
export const rootTar = (root: string): string[] => [
  "tar",
  "-C",
  root,
  "--sort=name",
  "--hard-dereference",
  ...exactTar,
];
export const tarEnvironment = { LC_ALL: "C", TZ: "UTC0" } as const;

export const writers: Readonly<Record<ImageFormat, (order: ImageOrder) => Promise<void>>> = {
  async tar({ root, file }) {
    await run([...rootTar(root), "-cf", file, "."], { env: tarEnvironment, package: "tar" });
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
