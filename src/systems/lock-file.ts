/** `stowage.lock` on disk: read, completed by what is asked for and not yet in it, brought up to date. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { writeFileAtomic } from "../store/files.ts";
import { whileLocked } from "../store/flock.ts";
import type { Layout } from "../store/layout.ts";
import { makeAll } from "../store/make-all.ts";
import { type AccountRequest, hasNumbers, noAccounts, noRequest, withNumbers } from "./account-numbers.ts";
import { type ResolveOptions, resolveSuite } from "./debian/resolve.ts";
import { emptyLock, type Lock, normalRequest, recipeFor, sameSystem } from "./lock.ts";
import { parseLock, renderLock } from "./lock-text.ts";
import type { DebianRequest } from "./recipe.ts";

/** The lock in a file; an empty one where there is no file. */
export function readLock(file: string): Lock {
  return existsSync(file) ? parseLock(readFileSync(file, "utf8"), file) : emptyLock;
}

/** Through a link, which a user may have made to the file in version control. */
export function writeLock(file: string, lock: Lock): void {
  writeFileAtomic(existsSync(file) ? realpathSync(file) : file, renderLock(lock));
}

/**
 * The lock, covering every request: what is missing is resolved, and the file written once, whole. Nothing that is in
 * it changes. Without missing entries neither apt nor the network nor the file is touched.
 */
export async function ensureLocked(
  layout: Layout,
  file: string,
  requests: readonly DebianRequest[],
  options: ResolveOptions = {},
  accounts = noRequest,
): Promise<Lock> {
  const isMissing = (lock: Lock) => (request: DebianRequest) => recipeFor(lock, request) === null;
  const found = readLock(file);
  if (!requests.some(isMissing(found)) && hasNumbers(found.accounts ?? noAccounts, accounts)) return found;
  return aptAlone(layout, async () => {
    // Read again: another process may have completed it while we waited.
    const lock = readLock(file);
    const resolved = await resolveAll(layout, lock, requests.filter(isMissing(lock)), options);
    const complete = withAccounts(resolved, accounts);
    writeLock(file, complete);
    return complete;
  });
}

/** Of an account that is declared for the first time. */
function withAccounts(lock: Lock, request: AccountRequest): Lock {
  const known = lock.accounts ?? noAccounts;
  return hasNumbers(known, request) ? lock : { ...lock, accounts: withNumbers(known, request) };
}

/** Changes what is in the file now: nobody else writes it meanwhile. */
export const changeLock = (layout: Layout, file: string, change: (lock: Lock) => Lock): Promise<void> =>
  aptAlone(layout, async () => writeLock(file, change(readLock(file))));

/** One process at a time asks apt and downloads: they share the lists and the cache. */
function aptAlone<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  makeAll(layout.cache, 0o755);
  return whileLocked(`${layout.cache}/lock`, work);
}

export interface UpdateOptions extends ResolveOptions {
  /** Suites that stay as they are locked, though nothing of them is requested. Default: none. */
  readonly stays?: readonly string[];
}

/**
 * Locks the newest versions of everything that is requested and forgets what is not. The layers of a request that was
 * locked before keep their order, so that accounts keep their numbers.
 */
export async function updateLock(
  layout: Layout,
  file: string,
  requests: readonly DebianRequest[],
  { stays = [], ...options }: UpdateOptions = {},
  accounts = noRequest,
): Promise<Lock> {
  return aptAlone(layout, async () => {
    const former = readLock(file);
    const wanted = requests.flatMap((request) => [...stages(former, request), request]);
    // Numbers of accounts are no versions: they stay.
    const kept = {
      ...emptyLock,
      ...(former.imports && { imports: former.imports }),
      ...(former.images && { images: former.images }),
      ...(former.accounts && { accounts: former.accounts }),
    };
    const resolved = await resolveAll(layout, kept, wanted, { ...options, fresh: true });
    const anew = onlyRequested(resolved, requests);
    const others = Object.entries(former.suites).filter(([suite]) => stays.includes(suite));
    const lock = withAccounts({ ...anew, suites: { ...Object.fromEntries(others), ...anew.suites } }, accounts);
    writeLock(file, lock);
    return lock;
  });
}

/** The requests that lead to this one layer by layer, as it was locked: `nginx`, then `nginx redis`. */
function stages(lock: Lock, request: DebianRequest): DebianRequest[] {
  const layers = recipeFor(lock, request)?.layers.slice(1) ?? [];
  const added = layers.map((layer) => layer.filter((part) => part.requested).map((part) => part.name));
  return added.slice(0, -1).map((_, at) => normalRequest({ ...request, packages: added.slice(0, at + 1).flat() }));
}

function onlyRequested(lock: Lock, requests: readonly DebianRequest[]): Lock {
  const wanted = requests.map(normalRequest);
  const suites = Object.entries(lock.suites).map(([name, suite]) => {
    const systems = suite.systems.filter((system) =>
      wanted.some((request) => request.suite === name && sameSystem(system, request)),
    );
    return [name, { ...suite, systems }] as const;
  });
  return { ...lock, suites: Object.fromEntries(suites) };
}

async function resolveAll(layout: Layout, lock: Lock, requests: readonly DebianRequest[], options: ResolveOptions) {
  let result = lock;
  for (const suite of new Set(requests.map((request) => request.suite))) {
    const ofSuite = requests.filter((request) => request.suite === suite);
    result = await resolveSuite(layout, result, suite, ofSuite, options);
  }
  return result;
}
