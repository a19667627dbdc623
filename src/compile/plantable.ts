/**
 * Bind mounts that begin where a container may write. systemd-nspawn follows links in a source: a container could put one
 * in its place, and get, or let another one get, any path of the host at the next start.
 */
import type { AcrossContainers } from "./across.ts";

interface Known {
  readonly writers: Writers;
  /** By container, why it is no longer isolated from others. */
  readonly reasons: ReadonlyMap<string, readonly string[]>;
}

/** The parts of a bind mount's source that some container may replace by a link; see Bind.plantable. */
export function plantableParts(source: string, config: AcrossContainers): string[] {
  const { writers } = knownOf(config);
  const path = plainPath(source);
  if (!writers.areAbove(path)) return [];
  const above = ancestors(path);
  return [...above.slice(above.findIndex((part) => writers.at(part).length > 0) + 1), path];
}

/** Why a container that may write where another one's bind mounts begin is not isolated from it. */
export const foreignWriting = (name: string, config: AcrossContainers): readonly string[] =>
  knownOf(config).reasons.get(name) ?? [];

const cache = new WeakMap<AcrossContainers, Known>();

/** Looked up once: it is asked for each bind mount of a configuration. */
function knownOf(config: AcrossContainers): Known {
  const found = cache.get(config);
  if (found !== undefined) return found;
  const known = lookUp(config);
  cache.set(config, known);
  return known;
}

function lookUp(config: AcrossContainers): Known {
  const sources: { name: string; path: string }[] = [];
  const writers = new Writers();
  for (const [name, { bindMounts }] of Object.entries(config.containers)) {
    for (const { mountPoint, hostPath, isReadOnly } of Object.values(bindMounts)) {
      const path = plainPath(hostPath ?? mountPoint);
      sources.push({ name, path });
      if (!isReadOnly) writers.add(path, name);
    }
  }
  const reasons = new Map<string, string[]>();
  for (const { name, path } of sources.filter(({ path }) => writers.areAbove(path))) {
    for (const above of ancestors(path)) {
      for (const writer of writers.at(above)) {
        if (writer === name) continue;
        append(reasons, writer, `it may write to ${above}, where container ${name} gets ${path} from`);
      }
    }
  }
  return { writers, reasons };
}

/** What containers may write to. */
class Writers {
  readonly #byPath = new Map<string, string[]>();
  /** By directory, whether one may write to it or above: most paths share one with others. */
  readonly #above = new Map<string, boolean>();

  /** Before anything is asked. */
  add(path: string, container: string): void {
    append(this.#byPath, path, container);
  }

  at(path: string): readonly string[] {
    return this.#byPath.get(path) ?? [];
  }

  areAbove(path: string): boolean {
    if (path === "/" || this.#byPath.size === 0) return false;
    const directory = path.slice(0, path.lastIndexOf("/")) || "/";
    let known = this.#above.get(directory);
    if (known === undefined) {
      known = this.#byPath.has(directory) || this.areAbove(directory);
      this.#above.set(directory, known);
    }
    return known;
  }
}

/** `/srv/a/b` → `/`, `/srv`, `/srv/a`. */
function ancestors(path: string): string[] {
  if (path === "/") return [];
  const above = ["/"];
  for (let end = path.indexOf("/", 1); end > 0; end = path.indexOf("/", end + 1)) above.push(path.slice(0, end));
  return above;
}

/** Without the one `/` that may stand at its end. */
export const plainPath = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);

/** In place: many containers may have one directory. */
function append(lists: Map<string, string[]>, key: string, text: string): void {
  const list = lists.get(key);
  if (list) list.push(text);
  else lists.set(key, [text]);
}
