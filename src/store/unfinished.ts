/**
 * What a run that was cut short has left half made in places of ours: under names that are nothing else's, beside what it
 * was to become. Call with the switch lock held. See docs/design/on-disk-format.md, "Who writes what".
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { removeAbandoned } from "../host/abandoned.ts";
import { diskErrorsSync } from "./disk-errors.ts";
import { containersDir, generationsDir, type Layout, storeDir } from "./layout.ts";
import { removeLeftovers } from "./store.ts";

/** In the directory of caches, those whose files are written under the name of their process first. */
const caches = ["load", "code"];

const atomic = /\.stowage-\d+$/;

/** Files outside the state directory are known by the generations that list them: `removeTemporaries` in src/apply. */
export async function removeUnfinished(layout: Layout): Promise<void> {
  const generations = generationsDir(layout);
  remove(layout.state, atomic);
  remove(generations, /^(?:\.new-.*|\w+\.new)$/);
  for (const number of entries(generations).filter((name) => /^\d+$/.test(name)))
    remove(join(generations, number), atomic);
  for (const name of entries(containersDir(layout))) {
    const container = join(containersDir(layout), name);
    remove(container, /^root\.new-\d+$/);
    remove(join(container, "declared"), /^(?:\.new-\d+|current\.new|order-.*\.stowage-\d+)$/);
  }
  for (const cache of caches) removeAbandoned(join(layout.cache, cache));
  if (entries(storeDir(layout)).some((name) => name.startsWith(".building-"))) await removeLeftovers(layout);
}

function remove(directory: string, names: RegExp): void {
  for (const name of entries(directory).filter((entry) => names.test(entry))) {
    const path = join(directory, name);
    diskErrorsSync(path, () => rmSync(path, { recursive: true, force: true }));
  }
}

const entries = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);
