/**
 * A root file system that somebody else made, as this machine has it: what it is now, said by a hash, and its layers as
 * streams, lowest first.
 */
import { createHash } from "node:crypto";
import { createReadStream, lstatSync, statSync } from "node:fs";
import { StowageError } from "../../error.ts";
import { exactStream } from "../../store/tree-hash.ts";
import type { ImportKind } from "../recipe.ts";
import { openImage } from "./image.ts";
import { changed, type Source, verified } from "./layer.ts";

/**
 * Opens a source that is as it was pinned, or, where `digest` is null, as it is.
 * @param path absolute
 * @param shown the path as it was written
 * @throws StowageError `no-source`, `bad-image`; `source-changed` also while it is read
 */
export async function openSource(kind: ImportKind, path: string, shown: string, digest: string): Promise<Source> {
  checkThere(kind, path, shown);
  if (kind === "oci") return openImage(path, shown, digest);
  const read = () => (kind === "tree" ? treeStream(path) : createReadStream(path));
  const layer = { read: () => verified(read(), digest, () => changed(shown)) };
  return { digest, layers: [layer], whiteouts: false };
}

/** What a source is now. Reads all of it, but of an image its manifest alone, which has the hashes of the rest. */
export async function digestOf(kind: ImportKind, path: string, shown: string): Promise<string> {
  checkThere(kind, path, shown);
  if (kind === "oci") return (await openImage(path, shown, null)).digest;
  const hash = createHash("sha256");
  for await (const chunk of kind === "tree" ? treeStream(path) : createReadStream(path)) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

/** Mount points and what a running system has there are no part of a tree. */
const left = ["dev", "proc", "sys", "run", "tmp"].map((name) => `--exclude=./${name}/*`);

const treeStream = (path: string) => exactStream(path, ["--anchored", "--warning=no-file-ignored", ...left]);

const nouns: Readonly<Record<ImportKind, string>> = {
  tree: "a directory with a root file system",
  tarball: "an archive, tar, compressed or not",
  oci: "a directory with an OCI layout, or a file with one: oci-archive or docker-archive",
};

function checkThere(kind: ImportKind, path: string, shown: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  const fits = kind === "tree" ? stat?.isDirectory() : kind === "tarball" ? stat?.isFile() : stat !== undefined;
  if (fits) return;
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  const why = stat ? `is not ${nouns[kind]}` : isLink ? "is a link that leads nowhere" : "does not exist";
  throw new StowageError({
    code: "no-source",
    message: `${shown} ${why}`,
    details: [
      `system.source names ${nouns[kind]}`,
      ...(path === shown ? [] : [`it is ${path}: a relative path begins at the directory of host.ts`]),
    ],
  });
}
