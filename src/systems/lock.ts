/**
 * `stowage.lock` as a value: which packages, in which layers, each system is made of. Pure.
 *
 * The systems of one suite share their base layer and the version of every package. A system's layers stay as they were
 * first locked and a package that is added later is a further layer: a tree built in another order gives system
 * accounts other numbers, and files of running containers belong to those numbers.
 */
import type { LockedAccounts } from "./account-numbers.ts";
import { type ImageRecipe, imageKey } from "./images/recipe.ts";
import { byDigest } from "./images/reference.ts";
import {
  builders,
  type DebianRecipe,
  type DebianRequest,
  type ImportRecipe,
  type ImportRequest,
  type LockedPackage,
} from "./recipe.ts";

export interface Lock {
  readonly format: 1;
  /** By suite: `trixie`. */
  readonly suites: Readonly<Record<string, LockedSuite>>;
  /** What was imported whole: `sha256:<hex>` by kind and path, `tarball ./base.tar.xz`; not there before the first one. */
  readonly imports?: Readonly<Record<string, string>>;
  /**
   * What the images of OCI containers are: `docker.io/library/nginx@sha256:…`, or an ID, `sha256:…`; by the name that was
   * declared, after kind and path of an archive: `file /srv/web.tar localhost/web:1`. Not there before the first one.
   */
  readonly images?: Readonly<Record<string, string>>;
  /** Numbers of declared accounts; not there before the first one is declared. */
  readonly accounts?: LockedAccounts;
}

export interface LockedSuite {
  readonly arch: string;
  /** Seconds since 1970: the newest Date of the archives' Release files when the suite was locked. */
  readonly epoch: number;
  /** Names of the packages that every system of the suite has, sorted. */
  readonly base: readonly string[];
  readonly systems: readonly LockedSystem[];
  /** One version of each package, sorted by name. */
  readonly packages: readonly LockedPackage[];
}

/** What one list of packages was resolved to. */
export interface LockedSystem {
  /** As asked for: sorted, without duplicates. */
  readonly packages: readonly string[];
  /** As `DebianRequest` has them: sorted; absent where nothing was said of them. */
  readonly components?: readonly string[];
  readonly furtherSuites?: readonly string[];
  /** Built in this order above the base. */
  readonly layers: readonly LockedLayer[];
}

export interface LockedLayer {
  /** The packages that were asked for by name when this layer was added. */
  readonly add: readonly string[];
  /** Those and what they need, as far as no layer below has it; sorted. */
  readonly packages: readonly string[];
}

export const emptyLock: Lock = { format: 1, suites: {} };

/** The form in which requests are compared: sorted, without duplicates. */
export function normalRequest(request: DebianRequest): DebianRequest {
  const sorted = (names: readonly string[]) => [...new Set(names)].sort();
  const { components, furtherSuites } = request;
  return {
    ...request,
    packages: sorted(request.packages),
    ...(components && { components: sorted(components) }),
    ...(furtherSuites && { furtherSuites: sorted(furtherSuites) }),
  };
}

const sameNames = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((name, at) => name === b[at]);

/** What tells the systems of a suite apart. */
type SystemKey = Pick<LockedSystem, "packages" | "components" | "furtherSuites">;

export const sameSystem = (a: SystemKey, b: SystemKey): boolean =>
  sameNames(a.packages, b.packages) &&
  sameNames(a.components ?? [], b.components ?? []) &&
  // Saying that there are no further suites is something else than saying nothing.
  (a.furtherSuites === undefined) === (b.furtherSuites === undefined) &&
  sameNames(a.furtherSuites ?? [], b.furtherSuites ?? []);

/** The entry that was locked for exactly this list of packages, from the same parts of the archive. */
export function findSystem(suite: LockedSuite, request: SystemKey): LockedSystem | undefined {
  return suite.systems.find((system) => sameSystem(system, request));
}

/** What to build for a request, or null when the lock does not cover it yet: then `ensureLocked` must resolve it. */
export function recipeFor(lock: Lock, request: DebianRequest): DebianRecipe | null {
  const suite = lock.suites[request.suite];
  const system = suite && findSystem(suite, normalRequest(request));
  if (!suite || !system) return null;
  const byName = new Map(suite.packages.map((locked) => [locked.name, locked]));
  const layer = (names: readonly string[], add: readonly string[]) =>
    names.map((name) => {
      const locked = byName.get(name) as LockedPackage;
      return add.includes(name) ? { ...locked, requested: true as const } : locked;
    });
  return {
    kind: "debian",
    builder: builders.debian,
    suite: request.suite,
    arch: suite.arch,
    epoch: suite.epoch,
    layers: [layer(suite.base, []), ...system.layers.map((above) => layer(above.packages, above.add))],
    ...(request.mirror && { mirror: request.mirror }),
  };
}

/** How the lock calls a source that is imported whole. */
export const importName = ({ kind, path }: ImportRequest): string => `${kind} ${path}`;

/** What to import for a request, or null when the lock does not say what it is yet. */
export function importFor(lock: Lock, request: ImportRequest): ImportRecipe | null {
  const digest = lock.imports?.[importName(request)];
  if (digest === undefined) return null;
  return { kind: "import", builder: builders.import, source: request.kind, digest, from: request.path };
}

/** What an image is, said by itself or by the lock; null: nobody has looked yet. */
export function pinnedImage(lock: Lock, wanted: Pick<ImageRecipe, "image" | "source">): string | null {
  const said = wanted.source.kind === "registry" ? byDigest(wanted.image) : null;
  return said ?? lock.images?.[imageKey(wanted)] ?? null;
}

/** The lock with one system more. Packages that are there already stay as they are. */
export function withSystem(
  lock: Lock,
  suiteName: string,
  suite: Omit<LockedSuite, "systems" | "packages">,
  system: LockedSystem,
  packages: readonly LockedPackage[],
): Lock {
  const former = lock.suites[suiteName];
  const known = new Map([...packages, ...(former?.packages ?? [])].map((locked) => [locked.name, locked]));
  const others = (former?.systems ?? []).filter((other) => !sameSystem(other, system));
  const joined: LockedSuite = {
    ...suite,
    systems: [...others, system].sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1)),
    packages: [...known.values()].sort(byNameOrder),
  };
  return { ...lock, suites: { ...lock.suites, [suiteName]: withoutUnused(joined) } };
}

/** For the order in the file. No package name has a colon. */
const keyText = ({ packages, components, furtherSuites }: SystemKey) =>
  [packages.join(" "), components?.join(" ") ?? "", furtherSuites?.join(" ") ?? ""].join(" : ");

const byNameOrder = (a: LockedPackage, b: LockedPackage) => (a.name < b.name ? -1 : 1);

function withoutUnused(suite: LockedSuite): LockedSuite {
  const used = new Set([...suite.base, ...suite.systems.flatMap((s) => s.layers.flatMap((layer) => layer.packages))]);
  return { ...suite, packages: suite.packages.filter((locked) => used.has(locked.name)) };
}
