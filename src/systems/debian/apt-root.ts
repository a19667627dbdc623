/**
 * An apt of our own: its configuration, sources, lists and list of installed packages in one directory, so that it
 * solves for a container and not for the host. apt.conf(5): with `Dir` set in APT_CONFIG, the host's configuration is
 * not read.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { StowageError } from "../../error.ts";
import { type RunOptions, type RunResult, run } from "../../host/run.ts";
import type { Layout } from "../../store/layout.ts";
import { aptFailure } from "./apt-errors.ts";
import { type Archive, archivesOf, hostMirror, hostSettings, type Mirror } from "./archives.ts";

/** Also where an Ubuntu host has it, from its package of the same name. */
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

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

/** Makes the apt root of a suite, or brings the one that is there up to date; its lists stay. */
export async function openAptRoot(layout: Layout, suite: string, arch: string, given?: Mirror): Promise<AptRoot> {
  const directory = `${layout.cache}/apt/${suite}-${arch}`;
  const archives = archivesOf(given ?? (await hostMirror()), suite);
  if (!existsSync(keyring)) throw noKeyring();
  for (const part of parts) mkdirSync(`${directory}/${part}`, { recursive: true, mode: 0o755 });
  // Settings that come from the host's apt, a proxy with its password among them, are not for everybody.
  chmodSync(directory, 0o700);
  writeFileSync(`${directory}/apt.conf`, aptConf(directory, arch, await hostSettings()));
  writeFileSync(`${directory}/etc/apt/sources.list.d/archives.sources`, aptSources(archives));
  writeInstalled({ directory, archives }, "");
  writePins({ directory, archives }, []);
  return { directory, archives };
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

function aptSources(archives: readonly Archive[]): string {
  const stanza = (archive: Archive) => [
    "Types: deb",
    `URIs: ${archive.uri}`,
    `Suites: ${archive.suites.join(" ")}`,
    "Components: main",
    `Signed-By: ${keyring}`,
  ];
  return archives.map((archive) => `${stanza(archive).join("\n")}\n`).join("\n");
}

/** What apt is to take as installed: the text of a dpkg status file. */
export function writeInstalled(root: AptRoot, status: string): void {
  writeFileSync(`${root.directory}/var/lib/dpkg/status`, status);
}

/** Versions that stay as they are. apt_preferences(5): above 1000 even a downgrade is taken. */
export function writePins(root: AptRoot, pins: readonly { readonly name: string; readonly version: string }[]): void {
  const text = pins.map((pin) => `Package: ${pin.name}\nPin: version ${pin.version}\nPin-Priority: 1001\n`).join("\n");
  writeFileSync(`${root.directory}/etc/apt/preferences.d/locked`, text);
}

/** Fetches the lists of packages: about 3 s, or half a second when nothing is new. */
export async function updateLists(root: AptRoot): Promise<void> {
  const result = await apt(root, ["apt-get", "update", "-qq", "-o", "APT::Update::Error-Mode=any"], { accept: "any" });
  if (result.status === 0) return;
  const failure = aptFailure("the lists of packages could not be fetched", result.stderr);
  throw failure.problems[0]?.code === "gone-from-mirror" ? unknownSuite(root, failure) : failure;
}

function unknownSuite(root: AptRoot, cause: StowageError): StowageError {
  const [main] = root.archives;
  return new StowageError(
    {
      code: "unknown-suite",
      message: `the mirror has no suite ${JSON.stringify(main?.suites[0])}`,
      details: [`asked for ${main?.uri}/dists/${main?.suites[0]}`],
      hint: "suites are called bookworm, trixie, sid, …",
    },
    { cause },
  );
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
    message: `no Release file of ${root.archives.map((archive) => archive.uri).join(", ")} has a date`,
  });
}

function noKeyring(): StowageError {
  return new StowageError({
    code: "no-keyring",
    message: `${keyring} is missing`,
    details: ["without Debian's keys no package can be trusted"],
    hint: "install the package debian-archive-keyring",
  });
}
