/**
 * What V8 compiled of the command in one lab host serves those after it, as it does on a machine that is used for longer:
 * to a first run of each verb on each of some hundred machines goes a tenth of all that scenarios take.
 */
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkout, labCache } from "./places.ts";

const kept = (): string => join(labCache(), "code");
/** Root's cache of code (src/cli/caches.ts). Its files are exchanged, never written to: hosts can share them. */
const inside = "var/cache/stowage/code";

/** @param upper the host's own layer, before its first boot */
export function giveCode(upper: string): void {
  const names = namesIn(kept()).filter(isOurs);
  if (names.length === 0) return;
  const directory = join(upper, inside);
  mkdirSync(dirname(directory), { recursive: true, mode: 0o755 });
  mkdirSync(directory, { mode: 0o700 });
  for (const name of names) linkIfThere(join(kept(), name), join(directory, name));
}

/** Of each verb what the longest run has kept, for the build that there is. @param upper the layer of a host that has ended */
export function takeCode(upper: string): void {
  const names = namesIn(join(upper, inside)).filter(isOurs);
  if (names.length === 0) return;
  mkdirSync(kept(), { recursive: true, mode: 0o700 });
  for (const name of namesIn(kept())) if (!isOurs(name)) rmSync(join(kept(), name), { force: true });
  for (const name of names) {
    const [from, to] = [join(upper, inside, name), join(kept(), name)];
    // Nobody else has what is in that layer any more.
    if (sizeOf(from) > sizeOf(to)) renameSync(from, to);
  }
}

/** Of the build that is there, not of one that a test has made. Names begin with a hash of what they are of: tools/build.mjs. */
function isOurs(name: string): boolean {
  build ??= createHash("sha256")
    .update(readFileSync(join(checkout(), "dist/app.cjs")))
    .digest("hex")
    .slice(0, 16);
  return name.startsWith(`${build}-`);
}
let build: string | undefined;

/** Without what is being written. */
function namesIn(directory: string): string[] {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return names.filter((name) => /^[0-9a-f]+-v[0-9.]+-[a-z0-9]+-[a-z-]+$/.test(name));
}

/** Another process may have exchanged the kept code for that of another build. */
function linkIfThere(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
