/**
 * Files of the machine that holds the configuration, whose contents become part of a generation: as with the lock, they
 * are read at the edge and handed in. `sourcesOf` says which; a further option that names such a file is added there.
 */
import type { Problem } from "../error.ts";
import type { HostConfig, SystemConfig } from "../options/index.ts";
import { keySources } from "./authorized-keys.ts";
import { certificateSources } from "./certificates.ts";
import type { Problems } from "./problems.ts";
import { enabled } from "./requests.ts";

/** A file that an option names. */
export interface SourceRequest {
  /** As written: absolute, or relative to the directory of host.ts. */
  readonly path: string;
  readonly option: readonly string[];
}

/** What was found there. */
export interface SourceFile {
  /** The text itself, or, where the content is not UTF-8, its bytes in base64. */
  readonly content: string;
  readonly encoding: "utf8" | "base64";
  /** Its owner may execute it. */
  readonly executable: boolean;
}

/** By the path as written: the file, or why there is none. */
export type Sources = ReadonlyMap<string, SourceFile | { readonly problem: Problem }>;

export const noSources: Sources = new Map();

/** What must be read before {@link compile}. Of one path there may be several requests. */
export function sourcesOf(config: HostConfig): SourceRequest[] {
  const requests: SourceRequest[] = [];
  for (const [name, { config: system }] of Object.entries(enabled(config).containers)) {
    if (system === null) continue;
    for (const { path, option } of systemSources(system)) {
      requests.push({ path, option: ["containers", name, "config", ...option] });
    }
  }
  return requests;
}

/** Of one system; options are named from there. */
function systemSources(system: SystemConfig): SourceRequest[] {
  return [...etcSources(system), ...keySources(system), ...certificateSources(system)];
}

function etcSources(system: SystemConfig): SourceRequest[] {
  const requests: SourceRequest[] = [];
  for (const [path, { enable, source }] of Object.entries(system.environment.etc)) {
    if (!enable || source === null || isPackaged(source)) continue;
    requests.push({ path: source, option: ["environment", "etc", path, "source"] });
  }
  return requests;
}

/** A file that the container's own packages bring: nothing to be read, since /usr of the container is theirs. */
export const isPackaged = (source: string): boolean => source.startsWith("/usr/");

/** The file that an option names; null when it added a problem. */
export function sourceFile(
  sources: Sources,
  path: string,
  option: readonly string[],
  problems: Problems,
): SourceFile | null {
  const found = sources.get(path);
  if (found === undefined) throw new Error(`nobody read ${JSON.stringify(path)}, which sourcesOf() asks for`);
  if (!("problem" in found)) return found;
  problems.add(found.problem, option);
  return null;
}

/** {@link sourceFile} of a file that must be text; null when it added a problem. */
export function sourceText(
  sources: Sources,
  path: string,
  option: readonly string[],
  problems: Problems,
): string | null {
  const file = sourceFile(sources, path, option, problems);
  if (file === null || file.encoding === "utf8") return file?.content ?? null;
  problems.add({ code: "not-text", message: `${path} is not a text file`, details: ["it is not UTF-8"] }, option);
  return null;
}
