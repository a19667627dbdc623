/** Units of the host's own, which ones of ours would take the place of. */
import { existsSync } from "node:fs";
import type { Generation } from "../../../compile/generation.ts";

/** Where systemd looks for units after our own directory, in its order (systemd.unit(5)). */
const directories = [
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
];

/**
 * By name of a unit of the next generation that was never ours: the host's unit file of the same name.
 * @param below for tests: where these directories are looked for
 */
export function observePackaged(ours: readonly Generation[], next: Generation, below = ""): Record<string, string> {
  const added = Object.keys(next.units).filter((unit) => !ours.some((one) => Object.hasOwn(one.units, unit)));
  return Object.fromEntries(
    added.flatMap((unit) => {
      const path = directories.map((directory) => `${below}${directory}/${unit}`).find((one) => existsSync(one));
      return path === undefined ? [] : [[unit, path]];
    }),
  );
}
