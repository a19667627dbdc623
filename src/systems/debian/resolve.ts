/**
 * From package names to pinned packages in layers. apt decides; here it is only asked, in a root of its own where what
 * is locked already counts as installed.
 */
import { existsSync } from "node:fs";
import { StowageError } from "../../error.ts";
import { run } from "../../host/run.ts";
import type { Layout } from "../../store/layout.ts";
import { canonicalJson } from "../../store/names.ts";
import {
  findSystem,
  type Lock,
  type LockedLayer,
  type LockedSuite,
  type LockedSystem,
  normalRequest,
  sameSystem,
  withSystem,
} from "../lock.ts";
import type { OnWork } from "../progress.ts";
import type { DebianRequest, LockedPackage } from "../recipe.ts";
import { recentAptRoot, updateLists } from "./apt-lists.ts";
import { parseStanzas, parseUris, type Stanza, statusOf } from "./apt-output.ts";
import { type AptRoot, apt, newestRelease, openAptRoot, writeInstalled, writePins } from "./apt-root.ts";
import type { Mirror } from "./archives.ts";
import { debPath } from "./fetch.ts";
import { lockIsOld, tooOld, unsolvable } from "./unsolvable.ts";

/**
 * What every system has beside Debian's essential packages, with the reason. Recommended packages are not taken.
 * Not here, though one might look for them: network tools, since the network is made from outside; a login manager's
 * PAM module, udev, ca-certificates, man pages.
 */
export const basePackages: Readonly<Record<string, string>> = {
  dbus: "systemctl and machinectl talk to PID 1 and its helpers through it",
  "libnss-myhostname": "the container's own name and localhost resolve without /etc/hosts",
  login: "machinectl login and shell, su",
  netbase: "names of services and protocols in /etc",
  passwd: "accounts are changed with it, also by packages that make their own",
  systemd: "PID 1",
  "systemd-sysv": "/sbin/init, which systemd-nspawn starts, and poweroff",
  tzdata: "time.timeZone",
  "usr-is-merged": "says that /bin and /lib are links already; otherwise apt takes usrmerge, and all of Perl with it",
};

export interface ResolveOptions {
  readonly onWork?: OnWork;
  readonly mirror?: Mirror;
  /** Fetch the lists of packages also where they are young; default: only then where something is not found in them. */
  readonly fresh?: boolean;
}

/** The architecture of this host, as dpkg calls it: containers have the same. */
async function hostArch(): Promise<string> {
  return (await run(["dpkg", "--print-architecture"], { package: "dpkg" })).stdout.trim();
}

/**
 * The lock with the requests of one suite added. What is locked already keeps its versions and its layers.
 * @throws StowageError `unknown-package` with near names; `unsolvable`; `lock-is-old`; those of fetching lists
 */
export async function resolveSuite(
  layout: Layout,
  lock: Lock,
  suite: string,
  requests: readonly DebianRequest[],
  options: ResolveOptions = {},
): Promise<Lock> {
  checkNames(suite, requests);
  options.onWork?.({ kind: "work", id: `resolve ${suite}`, text: `asking apt for the packages of ${suite}` });
  const arch = lock.suites[suite]?.arch ?? (await hostArch());
  let result = lock;
  for (const group of bySource(requests.map(normalRequest)))
    result = await addGroup(layout, result, group, arch, options);
  options.onWork?.({ kind: "work-ended", id: `resolve ${suite}`, text: `pinned the packages of ${suite}` });
  return result;
}

type Group = readonly [DebianRequest, ...DebianRequest[]];

async function addGroup(
  layout: Layout,
  lock: Lock,
  group: Group,
  arch: string,
  { fresh, mirror }: ResolveOptions,
): Promise<Lock> {
  const add = async (root: AptRoot) => {
    let result = lock;
    for (const request of group) result = await addSystem(layout, root, result, request, arch);
    return result;
  };
  const recent = fresh ? null : recentAptRoot(layout, group[0], arch, mirror);
  const added = recent && (await add(recent).catch(asMistake));
  if (added && !(added instanceof StowageError)) return added;
  const root = await openAptRoot(layout, group[0], arch, mirror);
  // What went wrong may be right with the newest lists. Where there are none to be had, it stays what went wrong.
  await updateLists(root, mirror).catch((error) => {
    throw added ?? error;
  });
  return add(root);
}

function asMistake(error: unknown): StowageError {
  if (error instanceof StowageError) return error;
  throw error;
}

/** Those that ask the same archives together: each group needs lists of its own. */
function bySource(requests: readonly DebianRequest[]): Group[] {
  const groups = new Map<string, [DebianRequest, ...DebianRequest[]]>();
  for (const request of requests) {
    const { packages: _, ...source } = request;
    const text = canonicalJson(source);
    const group = groups.get(text);
    if (group) group.push(request);
    else groups.set(text, [request]);
  }
  return [...groups.values()];
}

/** apt would read more into a name: `nginx-` removes, `?x` and `~x` are patterns, `nginx=1` is a version. deb-control(5). */
function checkNames(suite: string, requests: readonly DebianRequest[]): void {
  if (!/^[a-z][a-z0-9.-]*$/.test(suite)) {
    const hint = "suites are called bookworm, trixie, sid, …";
    throw new StowageError({ code: "unknown-suite", message: `${JSON.stringify(suite)} is no suite of Debian`, hint });
  }
  const names = [...new Set(requests.flatMap((request) => request.packages))];
  const bad = names.filter((name) => !/^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]$/.test(name));
  if (bad.length === 0) return;
  throw new StowageError(
    bad.map((name) => ({
      code: "bad-package-name",
      message: `${JSON.stringify(name)} cannot be the name of a package`,
      details: ["names have lower-case letters, digits, `+`, `-` and `.`"],
    })),
  );
}

async function addSystem(
  layout: Layout,
  root: AptRoot,
  lock: Lock,
  request: DebianRequest,
  arch: string,
): Promise<Lock> {
  const suite = lock.suites[request.suite] ?? (await newSuite(root, arch));
  if (findSystem(suite, request)) return lock;
  const former = nearest(suite, request);
  const below = [...suite.base, ...former.flatMap((layer) => layer.packages)];
  const add = request.packages.filter((name) => !former.some((layer) => layer.add.includes(name)));
  const layers = [...former];
  let packages: readonly LockedPackage[] = suite.packages;
  if (add.length > 0) {
    const byName = new Map(suite.packages.map((locked) => [locked.name, locked]));
    const installed = below.map((name) => byName.get(name) as LockedPackage);
    writeInstalled(root, statusOf(await stanzasOf(layout, root, installed)));
    writePins(root, suite.packages);
    const added = await solve(root, add, suite.packages);
    checkPresent(add, [...below, ...added.map((locked) => locked.name)], added);
    packages = [...suite.packages, ...added];
    if (added.length > 0) layers.push({ add, packages: added.map((locked) => locked.name).sort() });
  }
  const { base, epoch } = suite;
  const { components, furtherSuites } = request;
  const asked = { ...(components && { components }), ...(furtherSuites && { furtherSuites }) };
  const system = { packages: request.packages, ...asked, layers };
  return withSystem(lock, request.suite, { arch, epoch, base }, system, packages);
}

async function newSuite(root: AptRoot, arch: string): Promise<LockedSuite> {
  writeInstalled(root, "");
  writePins(root, []);
  const packages = await solve(root, ["?essential", ...Object.keys(basePackages)], []).catch((error) => {
    throw error instanceof StowageError && error.problems[0]?.code === "unknown-package" ? tooOld(root, error) : error;
  });
  const base = packages.map((locked) => locked.name).sort();
  return { arch, epoch: newestRelease(root), base, systems: [], packages };
}

/**
 * The layers of the locked system that has most of what is wanted and nothing else: a further layer on them keeps the
 * accounts of those packages as they are, and shares the files.
 */
function nearest(suite: LockedSuite, wanted: DebianRequest): readonly LockedLayer[] {
  const fits = (system: LockedSystem) =>
    system.packages.every((name) => wanted.packages.includes(name)) &&
    sameSystem({ ...system, packages: [] }, { ...wanted, packages: [] });
  let best: readonly LockedLayer[] = [];
  let most = 0;
  for (const system of suite.systems.filter(fits)) {
    if (system.packages.length <= most) continue;
    best = system.layers;
    most = system.packages.length;
  }
  return best;
}

/** apt also takes the name of something that other packages provide, or a regular expression. A lock needs real names. */
function checkPresent(wanted: readonly string[], present: readonly string[], added: readonly LockedPackage[]): void {
  const absent = wanted.filter((name) => !present.includes(name));
  if (absent.length === 0) return;
  throw new StowageError(
    absent.map((name) => ({
      code: "unknown-package",
      message: `there is no package ${JSON.stringify(name)} of its own`,
      details: [`apt would take ${added.map((locked) => locked.name).join(", ") || "what is there already"} for it`],
      hint: "name the package that you mean",
    })),
  );
}

/** Asks apt what these need beyond what counts as installed. Nothing of that may go, or get another version. */
async function solve(
  root: AptRoot,
  names: readonly string[],
  locked: readonly LockedPackage[],
): Promise<LockedPackage[]> {
  // Where no package is yet, so that none is left out.
  const archives = `Dir::Cache::archives=${root.directory}/var/cache/apt/none/`;
  const options = ["-qq", "--print-uris", "--no-remove", "-o", "Acquire::ForceHash=SHA256", "-o", archives];
  const uris = await apt(root, ["apt-get", ...options, "install", "--", ...names], { accept: "any" });
  if (uris.status !== 0) throw await unsolvable(root, names);
  const packages = parseUris(uris.stdout, root.archives);
  const pinned = new Map(locked.map((item) => [item.name, item.version]));
  const moved = packages.filter((item) => (pinned.get(item.name) ?? item.version) !== item.version);
  if (moved.length === 0) return packages;
  throw lockIsOld(
    names,
    moved.map((item) => `${item.name} ${pinned.get(item.name)} is locked, but the archive has ${item.version}`),
  );
}

/** The control stanzas of locked packages: from apt's lists, or of versions that have left the archive from the cache. */
async function stanzasOf(layout: Layout, root: AptRoot, packages: readonly LockedPackage[]): Promise<Stanza[]> {
  const shown = await apt(root, ["apt-cache", "show", "--", ...packages.map((locked) => locked.name)], {
    accept: "any",
  });
  const known = new Map(parseStanzas(shown.stdout).map((stanza) => [`${stanza.name} ${stanza.version}`, stanza]));
  const stanzas: Stanza[] = [];
  for (const locked of packages) {
    const stanza = known.get(`${locked.name} ${locked.version}`) ?? (await stanzaFromCache(layout, locked));
    if (!stanza) throw lockIsOld([locked.name], [`${locked.name} ${locked.version} has left the archive`]);
    stanzas.push(stanza);
  }
  return stanzas;
}

async function stanzaFromCache(layout: Layout, locked: LockedPackage): Promise<Stanza | undefined> {
  const file = debPath(layout, locked.sha256);
  if (!existsSync(file)) return undefined;
  return parseStanzas((await run(["dpkg-deb", "--field", file], { package: "dpkg" })).stdout)[0];
}
