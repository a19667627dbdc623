/** What sources that are imported whole are, as the lock says it: written where it is missing, and compared with what is there. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Layout } from "../../store/layout.ts";
import { has } from "../../store/store.ts";
import { importFor, importName, type Lock } from "../lock.ts";
import { changeLock, readLock } from "../lock-file.ts";
import type { OnWork } from "../progress.ts";
import { type ImportRequest, recipeName } from "../recipe.ts";
import { changed } from "./layer.ts";
import { remembered } from "./memory.ts";
import { digestOf } from "./source.ts";

export interface PinOptions {
  readonly onWork?: OnWork;
  /** Where relative paths begin. */
  readonly directory: string;
}

/**
 * Pins what the lock does not have. What it has must be the same still, or be in the store and gone from its place.
 * Without requests nothing is read.
 * @throws StowageError `no-source`, `bad-image`, `source-changed`
 */
export async function ensurePinned(
  layout: Layout,
  file: string,
  requests: readonly ImportRequest[],
  options: PinOptions,
): Promise<void> {
  if (requests.length === 0) return;
  const lock = readLock(file);
  const fresh: Record<string, string> = {};
  for (const request of requests) {
    const recipe = importFor(lock, request);
    if (recipe !== null && !existsSync(resolve(options.directory, request.path)) && has(layout, recipeName(recipe)))
      continue;
    const digest = await digestHere(layout, request, options);
    if (recipe === null) fresh[importName(request)] = digest;
    else if (recipe.digest !== digest) throw changed(request.path);
  }
  if (Object.keys(fresh).length === 0) return;
  await changeLock(layout, file, (now) => ({ ...now, imports: { ...fresh, ...now.imports } }));
}

/** Pins everything as it is now, and forgets what is not requested. */
export async function pinAnew(
  layout: Layout,
  file: string,
  requests: readonly ImportRequest[],
  options: PinOptions,
): Promise<void> {
  const imports: Record<string, string> = {};
  for (const request of requests) imports[importName(request)] = await digestHere(layout, request, options);
  if (requests.length === 0 && readLock(file).imports === undefined) return;
  await changeLock(
    layout,
    file,
    ({ imports: _, ...rest }): Lock => (requests.length === 0 ? rest : { ...rest, imports }),
  );
}

/** A source is read whole only where something about it is new: what it was found to be is remembered. */
function digestHere(layout: Layout, { kind, path: shown }: ImportRequest, options: PinOptions): Promise<string> {
  const path = resolve(options.directory, shown);
  return remembered(layout, kind, path, async (id) => {
    options.onWork?.({ kind: "work", id, text: `reading ${shown}` });
    const digest = await digestOf(kind, path, shown);
    options.onWork?.({ kind: "work-ended", id, text: `read ${shown}` });
    return digest;
  });
}
