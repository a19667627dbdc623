/** `stowage.lock` as text: written in a stable order, read with every mistake told. Pure. */
import { type Problem, StowageError } from "../error.ts";
import type { LockedAccounts, Numbers } from "./account-numbers.ts";
import type { Lock, LockedSuite, LockedSystem } from "./lock.ts";
import { isObject, Reader } from "./lock-shape.ts";
import type { LockedPackage } from "./recipe.ts";

/** As a file: stable order, a line for each package and for each layer, so that a change of version is one changed line. */
export function renderLock(lock: Lock): string {
  const lines = (indent: string, values: readonly unknown[]) =>
    values.length === 0 ? "[]" : `[\n${values.map((v) => `${indent}  ${oneLine(v)}`).join(",\n")}\n${indent}]`;
  const system = (s: LockedSystem) =>
    [
      "        {",
      `          "packages": ${oneLine(s.packages)},`,
      ...(s.components ? [`          "components": ${oneLine(s.components)},`] : []),
      ...(s.furtherSuites ? [`          "furtherSuites": ${oneLine(s.furtherSuites)},`] : []),
      `          "layers": ${lines("          ", s.layers)}`,
      "        }",
    ].join("\n");
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
  return `{\n  "madeBy": "stowage",\n  "format": 1,\n  "suites": ${body}${tableText("imports", lock.imports)}${tableText("images", lock.images)}${accountsText(lock.accounts)}\n}\n`;
}

/** A line for each, so that what is pinned anew is one changed line. */
function tableText(name: string, table: Readonly<Record<string, string>> | undefined): string {
  if (table === undefined) return "";
  const entries = Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = entries.map(([key, digest]) => `    ${JSON.stringify(key)}: ${JSON.stringify(digest)}`);
  return `,\n  "${name}": {\n${lines.join(",\n")}\n  }`;
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
      ...(root.imports !== undefined && { imports: parseImports(read, root.imports) }),
      ...(root.images !== undefined && { images: parseImages(read, root.images) }),
      ...(root.accounts !== undefined && { accounts: parseAccounts(read, root.accounts) }),
    };
  });
  if (lock && read.problems.length === 0)
    for (const [name, suite] of Object.entries(lock.suites)) checkSuite(read, name, suite);
  if (!lock || read.problems.length > 0) throw new StowageError(badLock(file, read.problems));
  return lock;
}

const parseImports = (read: Reader, value: unknown): Record<string, string> =>
  read.record(
    value,
    "imports",
    (digest, at) => read.text(digest, at, /^sha256:[0-9a-f]{64}$/),
    /^(tree|tarball|oci) ./,
  );

/** What stands there is given to engines as an argument. */
const parseImages = (read: Reader, value: unknown): Record<string, string> =>
  read.record(
    value,
    "images",
    (pinned, at) => read.text(pinned, at, /^(?:[A-Za-z0-9][A-Za-z0-9._:/-]*@)?sha256:[0-9a-f]{64}$/),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are excluded
    /^(?:(?:file|stream) \/[^\u0000-\u001f\u007f]+ )?[A-Za-z0-9][A-Za-z0-9._:/@-]*$/,
  );

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
        ...(system.components !== undefined && { components: read.names(system.components, `${where}.components`) }),
        ...(system.furtherSuites !== undefined && {
          furtherSuites: read.names(system.furtherSuites, `${where}.furtherSuites`),
        }),
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
