/**
 * An apt of our own: its configuration, sources, lists and list of installed packages in one directory, so that it
 * solves for a container and not for the host. apt.conf(5): with `Dir` set in APT_CONFIG, the host's configuration is
 * not read.
 */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { StowageError } from "../../error.ts";
import { type RunOptions, type RunResult, run } from "../../host/run.ts";
import type { Layout } from "../../store/layout.ts";
import { makeAll } from "../../store/make-all.ts";
import { canonicalJson } from "../../store/names.ts";
import { type Archive, archivesOf, type Mirror, type SuiteSource } from "./archives.ts";
import { distributionOf } from "./distributions.ts";
import { hostSettings, mirrorsFor } from "./host-mirror.ts";

export interface AptRoot {
  readonly directory: string;
  readonly archives: readonly Archive[];
}

const parts = [
  "etc/apt/apt.conf.d",
  "etc/apt/preferences.d",
  "etc/apt/sources.list.d",
  "etc/apt/trusted.gpg.d",
  "var/lib/apt/lists/partial",
  "var/cache/apt/archives/partial",
  "var/lib/dpkg",
];

/**
 * Makes the apt root of a source, or brings the one that is there up to date; its lists stay.
 * @param given mirrors instead of the host's
 * @throws StowageError `no-mirror`, `no-keyring`
 */
export async function openAptRoot(layout: Layout, source: SuiteSource, arch: string, given?: Mirror): Promise<AptRoot> {
  const directory = aptDirectory(layout, source, arch);
  const archives = archivesOf(await mirrorsFor(source, given), source);
  const keyring = source.mirror?.keyring ?? distributionOf(source.suite).keyring;
  if (!existsSync(keyring)) throw noKeyring(source, keyring);
  for (const part of parts) makeAll(`${directory}/${part}`, 0o755);
  // Settings that come from the host's apt, a proxy with its password among them, are not for everybody.
  chmodSync(directory, 0o700);
  writeFileSync(`${directory}/apt.conf`, aptConf(directory, arch, await hostSettings()));
  writeFileSync(`${directory}/etc/apt/sources.list.d/archives.sources`, aptSources(archives, source, keyring));
  if (!existsSync(`${directory}/var/lib/dpkg/status`)) writeInstalled({ directory, archives }, "");
  return { directory, archives };
}

export const aptDirectory = (layout: Layout, source: SuiteSource, arch: string): string =>
  `${layout.cache}/apt/${source.suite}-${arch}${variantOf(source)}`;

/** Lists of another mirror, or of more components, are kept beside the usual ones: apt removes what its sources do not name. */
function variantOf({ components, furtherSuites, mirror }: SuiteSource): string {
  if (components === undefined && furtherSuites === undefined && mirror === undefined) return "";
  const text = canonicalJson({
    ...(components && { components }),
    ...(furtherSuites && { furtherSuites }),
    ...(mirror && { mirror }),
  });
  return `-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
}

function aptConf(directory: string, arch: string, carried: readonly string[]): string {
  return [
    `Dir "${directory}/";`,
    `Dir::State::status "${directory}/var/lib/dpkg/status";`,
    `APT::Architecture "${arch}";`,
    `APT::Architectures { "${arch}"; };`,
    'APT::Install-Recommends "false";',
    'APT::Install-Suggests "false";',
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    // With pauses that double, more tries only delay saying that there is no network.
    'Acquire::Retries "1";',
    // apt counts itself as essential; a container's packages come from outside.
    'pkgCacheGen::ForceEssential ",";',
    ...carried,
    "",
  ].join("\n");
}

function aptSources(archives: readonly Archive[], source: SuiteSource, keyring: string): string {
  const stanza = (archive: Archive) => [
    "Types: deb",
    `URIs: ${archive.uris[0]}`,
    `Suites: ${archive.suites.join(" ")}`,
    `Components: ${(source.components ?? ["main"]).join(" ")}`,
    `Signed-By: ${keyring}`,
    // A snapshot stays as it was, and its Release file says until when that was the newest.
    ...(/\/\d{8}T\d{6}Z$/.test(archive.uris[0] ?? "") ? ["Check-Valid-Until: no"] : []),
  ];
  return archives.map((archive) => `${stanza(archive).join("\n")}\n`).join("\n");
}

/** What apt is to take as installed: the text of a dpkg status file. */
export function writeInstalled(root: AptRoot, status: string): void {
  writeIfOther(`${root.directory}/var/lib/dpkg/status`, status);
}

/** Versions that stay as they are. apt_preferences(5): above 1000 even a downgrade is taken. */
export function writePins(root: AptRoot, pins: readonly { readonly name: string; readonly version: string }[]): void {
  const text = pins.map((pin) => `Package: ${pin.name}\nPin: version ${pin.version}\nPin-Priority: 1001\n`).join("\n");
  writeIfOther(`${root.directory}/etc/apt/preferences.d/locked`, text);
}

/** apt makes its cache anew, in half a second, where one of its files has another time. */
function writeIfOther(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

/** Runs a program of apt's on this root. */
export function apt(root: AptRoot, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const env = { APT_CONFIG: `${root.directory}/apt.conf`, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
  return run(argv, { package: "apt", ...options, env: { ...env, ...options.env } });
}

/** The newest Date of the Release files, in seconds since 1970. */
export function newestRelease(root: AptRoot): number {
  const lists = `${root.directory}/var/lib/apt/lists`;
  const dates = readdirSync(lists)
    .filter((name) => name.endsWith("InRelease"))
    .map((name) => /^Date: (.+)$/m.exec(readFileSync(`${lists}/${name}`, "utf8"))?.[1])
    .map((date) => Date.parse(date ?? "") / 1000)
    .filter(Number.isFinite);
  if (dates.length > 0) return Math.max(...dates);
  throw new StowageError({
    code: "no-release-date",
    message: `no Release file of ${root.archives.map((archive) => archive.uris[0]).join(", ")} has a date`,
  });
}

function noKeyring({ suite, mirror }: SuiteSource, keyring: string): StowageError {
  const { name, keyringPackage } = distributionOf(suite);
  const own = mirror?.keyring !== undefined;
  return new StowageError({
    code: "no-keyring",
    message: `${keyring} is missing`,
    details: [
      `without the keys that ${own ? "the archive" : name} is signed with, no package of ${suite} can be trusted`,
    ],
    hint: own ? "put the keys there" : `install the package ${keyringPackage}, or set \`system.source.keyring\``,
  });
}
