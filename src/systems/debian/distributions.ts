/**
 * Distributions that have Debian's package format and archives: whose keys sign them, and which suites belong to a
 * release. Ubuntu's is as its own sources.list has it. Pure.
 */
import type { Mirror } from "./archives.ts";

export interface Distribution {
  /** `Origin` of its Release files. */
  readonly name: "Debian" | "Ubuntu";
  /** Its archives are called this, and this with `-security`, in the lock. */
  readonly id: string;
  readonly keyring: string;
  /** Which package has the keyring. */
  readonly keyringPackage: string;
  /** Suites, as an example for people. */
  readonly suites: string;
  /** The oldest that has what a container needs. */
  readonly oldest: string;
}

const debian: Distribution = {
  name: "Debian",
  id: "debian",
  // Also where an Ubuntu host has it, from its package of the same name.
  keyring: "/usr/share/keyrings/debian-archive-keyring.gpg",
  keyringPackage: "debian-archive-keyring",
  suites: "bookworm, trixie, sid, …",
  oldest: "bookworm (Debian 12)",
};

const ubuntu: Distribution = {
  name: "Ubuntu",
  id: "ubuntu",
  keyring: "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
  keyringPackage: "ubuntu-keyring",
  suites: "noble, questing, …",
  oldest: "noble (24.04)",
};

/** Code names of Ubuntu's releases since the oldest that a container can have. Those of Debian are all others. */
const ubuntuSuites = ["noble", "oracular", "plucky", "questing", "resolute"];

/** Suites without updates and security archives beside them. */
const rolling = ["sid", "unstable", "experimental"];

export const distributionOf = (suite: string): Distribution =>
  ubuntuSuites.some((name) => suite === name || suite.startsWith(`${name}-`)) ? ubuntu : debian;

/** Updates of a release: those of its own archive, and those of the security archive. */
export const suitesBeside = (suite: string): readonly string[] =>
  rolling.includes(suite) ? [] : [`${suite}-updates`, `${suite}-security`];

/** What mmdebstrap would write to sources.list, as a mirror: `deb [options] URI suite component…`. Pure. */
export function mirrorOfSources(text: string): Mirror {
  const lines = text.split("\n").flatMap((line) => {
    const [, uri, suite] = /^deb (?:\[[^\]]*\] )?(\S+) (\S+) /.exec(line) ?? [];
    return uri && suite ? [{ uri: uri.replace(/\/+$/, ""), security: suite.endsWith("-security") }] : [];
  });
  const uris = (security: boolean) => [
    ...new Set(lines.filter((line) => line.security === security).map((line) => line.uri)),
  ];
  return { main: uris(false), security: uris(true) };
}
