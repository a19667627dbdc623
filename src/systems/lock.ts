/**
 * `stowage.lock` as a value: which packages, in which layers, each system is made of. Pure: text in, text out.
 *
 * The systems of one suite share their base layer and the version of every package. A system's layers stay as they were
 * first locked and a package that is added later is a further layer: a tree built in another order gives system
 * accounts other numbers, and files of running containers belong to those numbers.
 */
import { type Problem, StowageError } from "../error.ts";
import type { LockedAccounts, Numbers } from "./account-numbers.ts";
import { isObject, Reader } from "./lock-shape.ts";
import { builders, type DebianRecipe, type DebianRequest, type LockedPackage } from "./recipe.ts";

export interface Lock {
  readonly format: 1;
  /** By suite: `trixie`. */
  readonly suites: Readonly<Record<string, LockedSuite>>;
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
  return { ...request, packages: [...new Set(request.packages)].sort() };
}

const sameNames = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((name, at) => name === b[at]);

/** The entry that was locked for exactly this list of packages. */
export function findSystem(suite: LockedSuite, packages: readonly string[]): LockedSystem | undefined {
  return suite.systems.find((system) => sameNames(system.packages, packages));
}

/** What to build for a request, or null when the lock does not cover it yet: then `ensureLocked` must resolve it. */
export function recipeFor(lock: Lock, request: DebianRequest): DebianRecipe | null {
  const suite = lock.suites[request.suite];
  const system = suite && findSystem(suite, normalRequest(request).packages);
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
  };
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
  const others = (former?.systems ?? []).filter((other) => !sameNames(other.packages, system.packages));
  const joined: LockedSuite = {
    ...suite,
    systems: [...others, system].sort((a, b) => (a.packages.join(" ") < b.packages.join(" ") ? -1 : 1)),
    packages: [...known.values()].sort(byNameOrder),
  };
  return { ...lock, suites: { ...lock.suites, [suiteName]: withoutUnused(joined) } };
}

const byNameOrder = (a: LockedPackage, b: LockedPackage) => (a.name < b.name ? -1 : 1);

function withoutUnused(suite: LockedSuite): LockedSuite {
  const used = new Set([...suite.base, ...suite.systems.flatMap((s) => s.layers.flatMap((layer) => layer.packages))]);
  return { ...suite, packages: suite.packages.filter((locked) => used.has(locked.name)) };
}

/** As a file: stable order, a line for each package and for each layer, so that a change of version is one changed line. */
export function renderLock(lock: Lock): string {
  const lines = (indent: string, values: readonly unknown[]) =>
    values.length === 0 ? "[]" : `[\n${values.map((v) => `${indent}  ${oneLine(v)}`).join(",\n")}\n${indent}]`;
  const system = (s: LockedSystem) =>
    `        {\n          "packages": ${oneLine(s.packages)},\n          "layers": ${lines("          ", s.layers)}\n        }`;
  const suites = Object.entries(lock.suites)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, suite]) =>
      [
        `    ${JSON.stringify(name)}: {`,
        `      "arch": ${JSON.stringify(suite.arch)},`,
        `      "epoch": ${suite.epoch},`,
        `      "base": ${lines("      ", suite.base)},`,
        suite.systems.length === 0
          ? '      "systems": [],'
          : `      "systems": [\n${suite.systems.map(system).join(",\n")}\n      ],`,
        `      "packages": ${lines("      ", suite.packages.map(packageMembers))}`,
        "    }",
      ].join("\n"),
    );
  const body = suites.length === 0 ? "{}" : `{\n${suites.join(",\n")}\n  }`;
  return `{\n  "madeBy": "stowage",\n  "format": 1,\n  "suites": ${body}${accountsText(lock.accounts)}\n}\n`;
}

/** A line for each name, so that a new account is one new line. */
function accountsText(accounts: LockedAccounts | undefined): string {
  if (accounts === undefined) return "";
  const table = (numbers: Numbers) => {
    const lines = Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1));
    if (lines.length === 0) return "{}";
    return `{\n${lines.map(([name, number]) => `      ${JSON.stringify(name)}: ${number}`).join(",\n")}\n    }`;
  };
  return `,\n  "accounts": {\n    "users": ${table(accounts.users)},\n    "groups": ${table(accounts.groups)}\n  }`;
}

/** The members of a package in the order of the file, whatever order the value had. */
function packageMembers({ name, version, arch, size, sha256, path, archive }: LockedPackage): LockedPackage {
  return { name, version, arch, size, sha256, path, archive };
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`)
    .join(", ")} }`;
}

/**
 * Reads the text of a lock file.
 * @param file its name, for the message
 * @throws StowageError `bad-lock`: not JSON, another format, or not of the shape of {@link Lock}
 */
export function parseLock(text: string, file: string): Lock {
  const read = new Reader();
  const value = read.json(text);
  const lock = read.object(value, "the file", (root) => {
    if (root.format !== 1) read.problem(`has format ${JSON.stringify(root.format)}; this program reads format 1`);
    return {
      format: 1 as const,
      suites: read.record(root.suites, "suites", (v, at) => parseSuite(read, v, at)),
      ...(root.accounts !== undefined && { accounts: parseAccounts(read, root.accounts) }),
    };
  });
  if (lock && read.problems.length === 0)
    for (const [name, suite] of Object.entries(lock.suites)) checkSuite(read, name, suite);
  if (!lock || read.problems.length > 0) throw new StowageError(badLock(file, read.problems));
  return lock;
}

function parseAccounts(read: Reader, value: unknown): LockedAccounts {
  const numbers = (table: unknown, at: string) => {
    const known = read.record(table, at, (number, where) => read.count(number, where), /^[a-z_][a-z0-9_-]{0,30}$/);
    const names = Object.keys(known);
    const twice = names.find((name) => names.some((other) => other !== name && known[other] === known[name]));
    if (twice !== undefined) read.problem(`${at} has the number of ${twice} twice`);
    return known;
  };
  const accounts = read.object(value, "accounts", ({ users, groups }) => ({
    users: numbers(users, "accounts.users"),
    groups: numbers(groups, "accounts.groups"),
  }));
  return accounts ?? { users: {}, groups: {} };
}

function badLock(file: string, problems: readonly string[]): Problem {
  return {
    code: "bad-lock",
    message: `${file} is not a lock file that this program can read`,
    details: problems.slice(0, 10),
    hint: "take the file from version control, or remove it and lock anew (packages may then get newer versions)",
  };
}

function parseSuite(read: Reader, value: unknown, at: string): LockedSuite | undefined {
  return read.object(value, at, (suite) => ({
    arch: read.text(suite.arch, `${at}.arch`, /^[a-z0-9-]+$/),
    epoch: read.count(suite.epoch, `${at}.epoch`),
    base: read.names(suite.base, `${at}.base`),
    systems: read.list(suite.systems, `${at}.systems`, (v, where) =>
      read.object(v, where, (system) => ({
        packages: read.names(system.packages, `${where}.packages`),
        layers: read.list(system.layers, `${where}.layers`, (l, layerAt) =>
          read.object(l, layerAt, (layer) => ({
            add: read.names(layer.add, `${layerAt}.add`),
            packages: read.names(layer.packages, `${layerAt}.packages`),
          })),
        ),
      })),
    ),
    packages: read.list(suite.packages, `${at}.packages`, (v, where) => parsePackage(read, v, where)),
  }));
}

function parsePackage(read: Reader, value: unknown, at: string): LockedPackage | undefined {
  return read.object(value, at, (locked) => ({
    name: read.text(locked.name, `${at}.name`, /^[a-z0-9][a-z0-9+.-]*$/),
    version: read.text(locked.version, `${at}.version`, /^[A-Za-z0-9.+~:-]+$/),
    arch: read.text(locked.arch, `${at}.arch`, /^[a-z0-9-]+$/),
    size: read.count(locked.size, `${at}.size`),
    sha256: read.text(locked.sha256, `${at}.sha256`, /^[0-9a-f]{64}$/),
    // A path that leads upwards would be asked of the mirror, and nothing good can come back.
    path: read.text(locked.path, `${at}.path`, /^(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9][A-Za-z0-9/._~+%:-]*\.deb$/),
    archive: read.text(locked.archive, `${at}.archive`, /^[a-z0-9][a-z0-9.-]*$/),
  }));
}

/** What the shape alone does not say: each name that a layer holds is pinned, once, and in one layer only. */
function checkSuite(read: Reader, name: string, suite: LockedSuite): void {
  const pinned = new Set<string>();
  for (const locked of suite.packages) {
    if (pinned.has(locked.name)) read.problem(`suites.${name}: ${locked.name} is pinned twice`);
    pinned.add(locked.name);
  }
  for (const system of suite.systems) {
    const seen = new Set<string>();
    for (const part of [...suite.base, ...system.layers.flatMap((layer) => layer.packages)]) {
      if (!pinned.has(part)) read.problem(`suites.${name}: ${part} is in a layer but has no version`);
      if (seen.has(part)) read.problem(`suites.${name}: ${part} is in two layers of "${system.packages.join(" ")}"`);
      seen.add(part);
    }
    const missing = system.packages.filter((part) => !seen.has(part));
    if (missing.length > 0)
      read.problem(`suites.${name}: no layer of "${system.packages.join(" ")}" has ${missing.join(", ")}`);
  }
}
