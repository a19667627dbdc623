/**
 * Which engines' images we have ever added to, each a line of `images` in the state directory: `podman root`. An engine
 * that we never used is not even asked by `gc`.
 */
import { existsSync, readFileSync } from "node:fs";
import { writeFileAtomic } from "../../store/files.ts";
import { openState } from "../../store/format.ts";
import type { Layout } from "../../store/layout.ts";
import type { ImageStoreKey } from "./recipe.ts";

const fileOf = ({ state }: Layout): string => `${state}/images`;

/** Before anything is brought there: what comes of it, `gc` will look. */
export function noteStore(layout: Layout, { engine, user }: ImageStoreKey): void {
  const known = notedStores(layout);
  if (known.some((one) => one.engine === engine && one.user === user)) return;
  openState(layout);
  const lines = [...known, { engine, user }].map((one) => `${one.engine} ${one.user}\n`).sort();
  writeFileAtomic(fileOf(layout), lines.join(""));
}

export function notedStores(layout: Layout): ImageStoreKey[] {
  if (!existsSync(fileOf(layout))) return [];
  return readFileSync(fileOf(layout), "utf8")
    .split("\n")
    .flatMap((line) => {
      const [engine, user] = line.split(" ");
      return (engine === "podman" || engine === "docker") && user ? [{ engine, user }] : [];
    });
}
