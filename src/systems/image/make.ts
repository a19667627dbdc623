/** `stowage image`: a container's own system as one file, made from store paths alone, never from a container's state. */
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { StowageError } from "../../error.ts";
import { diskErrors } from "../../store/disk-errors.ts";
import { fsyncDirectory } from "../../store/files.ts";
import type { Layout } from "../../store/layout.ts";
import { inBuildDirectory } from "../../store/store.ts";
import type { OnWork } from "../progress.ts";
import type { ImageFormat } from "./format.ts";
import { writers } from "./formats.ts";
import { fillImageRoot, type ImageParts } from "./root.ts";

export interface ImageOptions {
  readonly onWork?: OnWork;
  /** Take the place of a file that is there. */
  readonly force?: boolean;
}

export interface Image {
  readonly bytes: number;
  /** Of the file, hex. */
  readonly sha256: string;
}

/**
 * Makes the file, whole or not at all; only root may read it: it has what only root may read inside.
 * @param file absolute
 * @throws StowageError `file-exists`, `no-directory`, `disk-full`, `program-missing`
 */
export async function makeImage(
  layout: Layout,
  parts: ImageParts,
  format: ImageFormat,
  file: string,
  { onWork, force = false }: ImageOptions = {},
): Promise<Image> {
  checkFree(file, force);
  const temporary = `${file}.stowage-${process.pid}`;
  onWork?.({ kind: "work", id: file, text: `making ${file}` });
  try {
    await inBuildDirectory(layout, async (work) => {
      mkdirSync(`${work}/root`);
      const epoch = await fillImageRoot(`${work}/root`, parts);
      rmSync(temporary, { force: true });
      const order = { name: parts.name, root: `${work}/root`, work, file: temporary, epoch };
      await diskErrors(dirname(file), () => writers[format](order));
    });
    chmodSync(temporary, 0o600);
    fsyncFile(temporary);
    checkFree(file, force);
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
  fsyncDirectory(dirname(file));
  const image = { bytes: statSync(file).size, sha256: await sha256(file) };
  onWork?.({ kind: "work-ended", id: file, text: `made ${file}` });
  return image;
}

function checkFree(file: string, force: boolean): void {
  if (!existsSync(dirname(file))) {
    throw new StowageError({ code: "no-directory", message: `there is no directory ${dirname(file)} for the image` });
  }
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there?.isDirectory()) {
    throw new StowageError({ code: "file-exists", message: `${file} is a directory`, hint: "name a file with -o" });
  }
  if (there === undefined || force) return;
  throw new StowageError({
    code: "file-exists",
    message: `${file} is there already`,
    hint: "name another with -o, or replace it with --force",
  });
}

/** This one file, and not what else waits to be written on the same disk. */
function fsyncFile(file: string): void {
  const fd = openSync(file, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}
