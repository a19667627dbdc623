/**
 * Packages, from a mirror into `cache/sha256/<hash>.deb`. A file has that name only when its bytes have that hash.
 * apt's own downloader does the work: it knows proxies and certificates, and goes on where a former try ended.
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { diskErrors } from "../../store/disk-errors.ts";
import { fsyncDirectory } from "../../store/files.ts";
import { whileLocked } from "../../store/flock.ts";
import type { Layout } from "../../store/layout.ts";
import { makeAll } from "../../store/make-all.ts";
import type { OnWork } from "../progress.ts";
import type { DebianRecipe, LockedPackage } from "../recipe.ts";
import { aptFailure } from "./apt-errors.ts";
import { recentAptRoot } from "./apt-lists.ts";
import { type AptRoot, apt, openAptRoot } from "./apt-root.ts";
import type { Archive, Mirror } from "./archives.ts";
import { checkSpace } from "./space.ts";

export const debDir = (layout: Layout): string => `${layout.cache}/sha256`;
export const debPath = (layout: Layout, sha256: string): string => `${debDir(layout)}/${sha256}.deb`;
const partialPath = (layout: Layout, sha256: string) => `${layout.cache}/partial/${sha256}`;

/** apt-helper is not on the PATH; both Debian and Ubuntu have it here. */
const helper = "/usr/lib/apt/apt-helper";

/** Milliseconds between looks at how much has come. */
const lookEvery = 200;

export interface FetchOptions {
  readonly onWork?: OnWork;
  readonly mirror?: Mirror;
}

/** What must be known of a recipe to fetch its packages. */
type Fetched = Pick<DebianRecipe, "suite" | "arch" | "mirror">;

/**
 * Makes sure that every package is in the cache, and whole: also those that are there are read and hashed again, since
 * dpkg only notices damage that breaks the compression.
 * @throws StowageError `gone-from-mirror`, `hash-mismatch`, `no-network`, `disk-full`
 */
export async function fetchPackages(
  layout: Layout,
  recipe: Fetched,
  packages: readonly LockedPackage[],
  options: FetchOptions = {},
): Promise<void> {
  await diskErrors(layout.cache, async () => {
    makeAll(debDir(layout), 0o755);
    makeAll(`${layout.cache}/partial`, 0o755);
    await whileLocked(`${layout.cache}/lock`, async () => {
      const missing: LockedPackage[] = [];
      for (const part of packages) if (!(await isWhole(layout, part))) missing.push(part);
      if (missing.length > 0) {
        const root = await aptRootFor(layout, recipe, options.mirror);
        await download(layout, root, missing, options.onWork);
      }
    });
  });
}

/** False for a package that is not there; one whose bytes have changed is removed. */
async function isWhole(layout: Layout, locked: LockedPackage): Promise<boolean> {
  const file = debPath(layout, locked.sha256);
  if (!existsSync(file)) return false;
  if (statSync(file).size === locked.size && (await sha256(file)) === locked.sha256) return true;
  rmSync(file);
  return false;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}

/** Components and suites say where a package is looked for, and that is known. */
async function aptRootFor(layout: Layout, recipe: Fetched, given?: Mirror): Promise<AptRoot> {
  const source = { suite: recipe.suite, ...(recipe.mirror && { mirror: recipe.mirror }) };
  return recentAptRoot(layout, source, recipe.arch, given) ?? (await openAptRoot(layout, source, recipe.arch, given));
}

async function download(layout: Layout, root: AptRoot, missing: readonly LockedPackage[], onWork?: OnWork) {
  const total = missing.reduce((sum, part) => sum + part.size, 0);
  // apt would find out with each package anew, and try each of them again.
  const hint = "free some space; what is in this directory can be fetched again and may be removed";
  checkSpace(layout.cache, total, "the packages", "are to be fetched", hint);
  const text = `fetching ${missing.length} ${missing.length === 1 ? "package" : "packages"}`;
  const tell = () => onWork?.({ kind: "work", id: "fetch", text, done: come(layout, missing), total });
  const timer = setInterval(tell, lookEvery);
  try {
    await downloadFromSome(layout, root, missing);
    fsyncDirectory(debDir(layout));
    onWork?.({ kind: "work-ended", id: "fetch", text });
  } finally {
    clearInterval(timer);
  }
}

/** Asks one mirror after the other for what the former ones did not have. Which one gives it is all the same: its hash is known. */
async function downloadFromSome(layout: Layout, root: AptRoot, packages: readonly LockedPackage[]): Promise<void> {
  let missing = packages;
  let told = "";
  for (let turn = 0; missing.length > 0; turn++) {
    const asked = missing.flatMap((part) => {
      const uri = placesOf(root, part)[turn];
      return uri === undefined ? [] : [uri, partialPath(layout, part.sha256), `SHA256:${part.sha256}`];
    });
    const failure = () => aptFailure(`${missing.length} of ${packages.length} packages could not be fetched`, told);
    if (asked.length === 0) throw failure();
    const result = await apt(root, [helper, "download-file", ...asked], { accept: "any" });
    const failed: LockedPackage[] = [];
    for (const part of missing) if (!(await keep(layout, part))) failed.push(part);
    removeFailed(layout);
    told += result.stderr + result.stdout;
    missing = failed;
    if (missing.length > 0 && failure().problems[0]?.code === "disk-full") throw failure();
  }
}

/** Where a package may be, most likely first. After a point release the archive itself has what was a security update. */
export function placesOf(root: Pick<AptRoot, "archives">, locked: LockedPackage): string[] {
  const of = (archive: Archive | undefined, path: string) =>
    (archive?.uris ?? []).map((uri) => `${copied(uri)}/${path.split("/").map(encodeURIComponent).join("/")}`);
  const [main] = root.archives;
  const archive = root.archives.find((item) => item.id === locked.archive);
  const others = archive === main ? [] : of(main, locked.path.replace(/^pool\/updates\//, "pool/"));
  return [...new Set([...of(archive, locked.path), ...others])];
}

/** Of `file:` apt would make a link, which leads nowhere in the namespaces of the build. */
const copied = (uri: string) => uri.replace(/^file:/, "copy:");

/**
 * apt-helper has renamed what it could not verify to `*.FAILED`; but it may have been ended before it looked, so the
 * bytes are hashed here too. What is not whole stays where it is, for the next try to go on.
 */
async function keep(layout: Layout, locked: LockedPackage): Promise<boolean> {
  const partial = partialPath(layout, locked.sha256);
  if (statSync(partial, { throwIfNoEntry: false })?.size !== locked.size) return false;
  if ((await sha256(partial)) !== locked.sha256) {
    rmSync(partial);
    return false;
  }
  renameSync(partial, debPath(layout, locked.sha256));
  return true;
}

function removeFailed(layout: Layout): void {
  for (const name of readdirSync(`${layout.cache}/partial`).filter((entry) => entry.endsWith(".FAILED"))) {
    rmSync(`${layout.cache}/partial/${name}`);
  }
}

function come(layout: Layout, packages: readonly LockedPackage[]): number {
  return packages.reduce(
    (sum, part) => sum + (statSync(partialPath(layout, part.sha256), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
