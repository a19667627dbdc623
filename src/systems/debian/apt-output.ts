/** What apt prints, as values. Pure. Facts: apt-get(8) "--simulate", "--print-uris"; deb-control(5). */
import type { LockedPackage } from "../recipe.ts";
import type { Archive } from "./archives.ts";

/** What `apt-get -s install` would do. */
export interface Simulation {
  /** Names that would be added. */
  readonly installs: readonly string[];
  /** Names that would get another version, with the one they have. */
  readonly upgrades: readonly { readonly name: string; readonly from: string }[];
  readonly removals: readonly string[];
}

/** Lines are `Inst name [old version] (version origin [arch])` and `Remv name [version]`; foreign architectures as `name:arch`. */
export function parseSimulation(text: string): Simulation {
  const installs: string[] = [];
  const upgrades: { name: string; from: string }[] = [];
  const removals: string[] = [];
  for (const line of text.split("\n")) {
    const [, verb, name, from] = /^(Inst|Remv) (\S+)(?: \[([^\]]+)\])?/.exec(line) ?? [];
    if (name === undefined) continue;
    if (verb === "Remv") removals.push(name);
    else if (from !== undefined) upgrades.push({ name, from });
    else installs.push(name);
  }
  return { installs, upgrades, removals };
}

/** Lines are `'URI' file-name size SHA256:hex`. A line that is not of one of the archives is left out. */
export function parseUris(text: string, archives: readonly Archive[]): LockedPackage[] {
  return text.split("\n").flatMap((line) => {
    const [, uri, file, size, sha256] = /^'([^']+)' (\S+) (\d+) SHA256:([0-9a-f]{64})$/.exec(line.trimEnd()) ?? [];
    // In the file name only what a path cannot hold is coded: the colon after an epoch.
    const [, name, version, arch] = /^([^_]+)_([^_]+)_([^_]+)\.deb$/.exec(decodeURIComponent(file ?? "")) ?? [];
    const archive = archives.find((item) => uri?.startsWith(`${item.uris[0]}/`));
    if (!uri || !name || !version || !arch || !sha256 || !archive) return [];
    const path = decodeURIComponent(uri.slice((archive.uris[0] as string).length + 1));
    return [{ name, version, arch, size: Number(size), sha256, path, archive: archive.id }];
  });
}

/** Names that apt does not know, or knows only from the dependencies of others. All are told at once. */
export function unknownNames(stderr: string): string[] {
  const forms = [
    /^E: Unable to locate package (\S+)$/gm,
    /^E: Package '([^']+)' has no installation candidate$/gm,
    /^E: Couldn't find any package by (?:glob|regex) '([^']+)'$/gm,
  ];
  return [...new Set(forms.flatMap((form) => [...stderr.matchAll(form)].map((match) => match[1] as string)))].sort();
}

/** A paragraph of a control file: its text, and the fields that say which package it is. */
export interface Stanza {
  readonly name: string;
  readonly version: string;
  readonly text: string;
}

/** The paragraphs of `apt-cache show` or `dpkg-deb --field`. */
export function parseStanzas(text: string): Stanza[] {
  return text.split(/\n{2,}/).flatMap((paragraph) => {
    const name = /^Package: (\S+)$/m.exec(paragraph)?.[1];
    const version = /^Version: (\S+)$/m.exec(paragraph)?.[1];
    return name && version ? [{ name, version, text: paragraph.trim() }] : [];
  });
}

/** A dpkg status file in which these are installed. */
export function statusOf(stanzas: readonly Stanza[]): string {
  const installed = (stanza: Stanza) => stanza.text.replace(/^Package: .*$/m, "$&\nStatus: install ok installed");
  return stanzas.map((stanza) => `${installed(stanza)}\n`).join("\n");
}

/** `apt-cache pkgnames` lists them without order. */
export function parseNames(text: string): string[] {
  return text.split("\n").filter((name) => name !== "");
}
