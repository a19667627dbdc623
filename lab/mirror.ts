/**
 * Which Debian mirror this machine uses, from its apt configuration: a lab host shall come from where everything else
 * of this machine comes from. Facts: sources.list(5), both its formats.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One archive: a base URI and the suites that this machine takes from it. */
export interface Source {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
const isComment = (line: string): boolean => line.trimStart().startsWith("#");

/** One-line format: `deb [option=value …] URI SUITE COMPONENT…`. */
export function parseOneLine(text: string): Source[] {
  const sources: Source[] = [];
  for (const line of text.split("\n")) {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (match) sources.push({ uri: match[1] ?? "", suites: [match[2] ?? ""], components: words(match[3] ?? "") });
  }
  return sources;
}

/** deb822 format: stanzas of fields, continued by indented lines. */
export function parseDeb822(text: string): Source[] {
  const lines = text.split("\n").filter((line) => !isComment(line));
  const stanzas = lines.join("\n").split(/\n(?:[ \t]*\n)+/);
  return stanzas.flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const match of stanza.matchAll(/^([\w-]+):((?:.*)(?:\n[ \t]+.*)*)/gm)) {
      fields.set((match[1] ?? "").toLowerCase(), match[2] ?? "");
    }
    const list = (name: string): string[] => words(fields.get(name) ?? "");
    if (!list("types").includes("deb") || list("enabled")[0] === "no") return [];
    return list("uris").map((uri) => ({ uri, suites: list("suites"), components: list("components") }));
  });
}

/** A mirror of Debian itself carries a suite of a plain name beside `NAME-updates`, or says so in its path. */
export function debianMirror(sources: readonly Source[], codename: string): string | undefined {
  const candidates = sources.filter(
    (source) =>
      /^https?:/.test(source.uri) &&
      source.components.includes("main") &&
      source.suites.some((suite) => [codename, "stable", "oldstable", "testing", "sid"].includes(suite)),
  );
  const named = candidates.find((source) => /\/debian\/?$/.test(source.uri));
  return (named ?? candidates[0])?.uri;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function listIfThere(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

/** The mirror of the machine we run on, or undefined where it is no Debian or names none. */
export function hostMirror(root = "/"): string | undefined {
  const release = readIfThere(join(root, "etc/os-release"));
  if (!/^ID=["']?debian["']?$/m.test(release)) return undefined;
  const codename = /^VERSION_CODENAME=["']?([\w-]+)/m.exec(release)?.[1] ?? "stable";
  const parts = join(root, "etc/apt/sources.list.d");
  const sources = parseOneLine(readIfThere(join(root, "etc/apt/sources.list")));
  for (const name of listIfThere(parts)) {
    const text = readIfThere(join(parts, name));
    if (name.endsWith(".sources")) sources.push(...parseDeb822(text));
    else if (name.endsWith(".list")) sources.push(...parseOneLine(text));
  }
  return debianMirror(sources, codename);
}
