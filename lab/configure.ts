/**
 * Gives a lab host a configuration. What it needs is built on this machine, by the product's own command: a lab host has
 * no network. It is kept in `.cache/lab/state`, so that a second time needs no network either.
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readlinkSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { must } from "./exec.ts";
import type { LabHost } from "./host.ts";
import { withLock } from "./lock.ts";
import { checkout, stateDir } from "./places.ts";

export interface Built {
  /** Text of the stowage.lock that belongs beside the host.ts; null where nothing has packages. */
  readonly lock: string | null;
  /** Store paths on this machine: all that the configuration needs. */
  readonly storePaths: readonly string[];
}

export interface BuildOptions {
  /** Called with what the build says on the way. */
  readonly onOutput?: (piece: string) => void;
  /** Further files beside host.ts, by name: modules that it imports. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A store name anywhere in a text, but for those of Nix; see docs/design/on-disk-format.md. */
const storeName = /(?<!\/nix\/store\/)\b[0-9abcdfghijklmnpqrsvwxyz]{32}-[\w.+-]*\w/g;

const memo = new Map<string, Promise<Built>>();

/** Builds what a host.ts needs. The same text is built once, and its lock file is kept as a user would keep it. */
export function buildOutside(hostTs: string, options: BuildOptions = {}): Promise<Built> {
  const content = options.files === undefined ? hostTs : JSON.stringify([hostTs, options.files]);
  const key = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const known = memo.get(key);
  if (known !== undefined) return known;
  const built = withLock(join(stateDir(), "lock"), () => build(hostTs, key, options));
  memo.set(key, built);
  return built;
}

async function build(hostTs: string, key: string, options: BuildOptions): Promise<Built> {
  const directory = join(stateDir(), "configurations", key);
  const lockFile = join(directory, "stowage.lock");
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of filesOf(hostTs, options)) writeFileSync(join(directory, name), text);
  // One lock file for all: what was resolved for one configuration is not asked of the mirror again for the next.
  if (existsSync(sharedLock())) copyFileSync(sharedLock(), lockFile);
  const entry = hostTs.includes("ociContainers") ? "systems.ts" : "host.ts";
  writeFileSync(join(directory, "systems.ts"), withoutImages);
  const argv = [process.execPath, join(checkout(), "dist/cli.js"), "-c", join(directory, entry), "build", "--json"];
  const env = {
    ...process.env,
    STOWAGE_STATE_DIR: join(stateDir(), "state"),
    STOWAGE_CACHE_DIR: join(stateDir(), "cache"),
  };
  const answer = await must(argv, { env, timeout: 600_000, ...(options.onOutput && { onError: options.onOutput }) });
  if (!existsSync(lockFile)) return { lock: null, storePaths: [] };
  copyFileSync(lockFile, sharedLock());
  return { lock: readFileSync(lockFile, "utf8"), storePaths: storePathsIn(answer) };
}

/** Images are the lab host's engine's to have: this machine has none. What is left is what has systems to be built. */
const withoutImages = `import host from "./host.ts";

const { ociContainers: _, ...rest } = host;
const containers = Object.entries(rest.containers ?? {}).map(([name, one]) => {
  const dependsOn = (one.dependsOn ?? []).filter((other) => Object.hasOwn(rest.containers, other));
  return [name, { ...one, dependsOn }];
});
export default { ...rest, containers: Object.fromEntries(containers) };
`;

const filesOf = (hostTs: string, { files }: BuildOptions) => Object.entries({ ...files, "host.ts": hostTs });

const sharedLock = (): string => join(stateDir(), "stowage.lock");

/** The store paths that an answer names, and those that they are built on. */
function storePathsIn(answer: string): string[] {
  const store = join(stateDir(), "state", "store");
  const paths = new Set((answer.match(storeName) ?? []).map((name) => join(store, name)));
  for (const path of [...paths]) {
    if (!existsSync(path)) throw new Error(`stowage build named ${basename(path)}, which is not in the store`);
    const packages = join(path, "packages");
    if (existsSync(packages)) paths.add(join(store, basename(readlinkSync(packages))));
  }
  return [...paths].sort();
}

/**
 * Makes `hostTs` the host's /etc/stowage/host.ts, with its lock file beside it and everything it needs in the store.
 * Nothing is switched.
 */
export async function configure(host: LabHost, hostTs: string, options: BuildOptions = {}): Promise<void> {
  const { lock, storePaths } = await buildOutside(hostTs, options);
  await copyToStore(host, storePaths);
  for (const [name, text] of filesOf(hostTs, options)) await host.put(`/etc/stowage/${name}`, text);
  if (lock !== null) await host.put("/etc/stowage/stowage.lock", lock);
}

async function copyToStore(host: LabHost, paths: readonly string[]): Promise<void> {
  const store = join(host.stateDir, "store");
  mkdirSync(store, { recursive: true, mode: 0o755 });
  const missing = paths.filter((path) => !existsSync(join(store, basename(path))));
  if (missing.length === 0) return;
  const copying = join(host.directory, "copying");
  mkdirSync(copying, { recursive: true });
  // What is in a package tree is never written again: the directories are the host's own, the files are links. That no test
  // has written to one is looked at when all have run (`npm test`).
  const trees = missing.filter((path) => existsSync(join(path, "manifest.json")));
  const others = missing.filter((path) => !trees.includes(path));
  if (trees.length > 0) await must(["cp", "--archive", "--link", "--", ...trees, copying]);
  if (others.length > 0) await must(["cp", "--archive", "--", ...others, copying]);
  for (const path of missing) renameSync(join(copying, basename(path)), join(store, basename(path)));
}
