/**
 * Systems for scenarios are built on this machine, by the product's own builder: a lab host has no network. What was
 * built is kept in `.cache/lab/state`, so that a second run of the tests needs no network either.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { must } from "../../../lab/exec.ts";
import { withLock } from "../../../lab/lock.ts";
import { checkout, stateDir } from "../../../lab/places.ts";

export interface Built {
  /** Text of the stowage.lock that belongs beside the host.ts. */
  readonly lock: string;
  /** Store paths on this machine: all that the configuration needs. */
  readonly storePaths: readonly string[];
}

/** A store name anywhere in a text; see docs/design/on-disk-format.md. */
const storeName = /\b[0-9abcdfghijklmnpqrsvwxyz]{32}-[\w.+-]*\w/g;

const memo = new Map<string, Promise<Built>>();

/** Builds what a host.ts needs. The same text is built once, and its lock file is kept as a user would keep it. */
export function buildOutside(hostTs: string): Promise<Built> {
  const key = createHash("sha256").update(hostTs).digest("hex").slice(0, 16);
  const known = memo.get(key);
  if (known !== undefined) return known;
  const built = withLock(join(stateDir(), "lock"), () => build(hostTs, key));
  memo.set(key, built);
  return built;
}

async function build(hostTs: string, key: string): Promise<Built> {
  const directory = join(stateDir(), "configurations", key);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "host.ts"), hostTs);
  const argv = [process.execPath, join(checkout(), "dist/cli.js"), "-c", join(directory, "host.ts"), "build", "--json"];
  const env = {
    ...process.env,
    STOWAGE_STATE_DIR: join(stateDir(), "state"),
    STOWAGE_CACHE_DIR: join(stateDir(), "cache"),
  };
  const answer = await must(argv, { env, timeout: 300_000 });
  const store = join(stateDir(), "state", "store");
  const paths = new Set((answer.match(storeName) ?? []).map((name) => join(store, name)));
  for (const path of [...paths]) {
    if (!existsSync(path)) throw new Error(`stowage build named ${basename(path)}, which is not in the store`);
    if (existsSync(join(path, "packages"))) paths.add(join(store, basename(readlinkSync(join(path, "packages")))));
  }
  if (paths.size === 0) throw new Error(`stowage build named no store path: ${answer}`);
  return { lock: readFileSync(join(directory, "stowage.lock"), "utf8"), storePaths: [...paths].sort() };
}
