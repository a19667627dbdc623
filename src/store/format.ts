/** The number of the format on disk: a program never writes into what a newer one has made. */
import { chmodSync, readFileSync } from "node:fs";
import { StowageError } from "../error.ts";
import { makeDirectories, writeFileAtomic } from "./files.ts";
import type { Layout } from "./layout.ts";

export const storeFormat = 1;

/**
 * Makes the state directory on first use, and refuses one of a later format.
 * @throws StowageError `newer-format`, or `bad-format` when the file holds no number
 */
export function openState(layout: Layout): void {
  const file = `${layout.state}/format`;
  const found = readFormat(file);
  if (found === null || found <= storeFormat) {
    makeDirectories(layout.state);
    // Root's alone: package trees have setuid programs, which no user of the host may run, and declared files of mode
    // 0600 have their text in the store. Containers see what is bound for them, whatever is above it.
    chmodSync(layout.state, 0o700);
    if (found === null) writeFileAtomic(file, `${storeFormat}\n`);
    return;
  }
  throw new StowageError({
    code: "newer-format",
    message: `${layout.state} was written by a newer stowage`,
    details: [`it has format ${found}; this program writes format ${storeFormat}`],
    hint: "use the newer program",
  });
}

function readFormat(file: string): number | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  if (/^[1-9]\d{0,8}\n$/.test(text)) return Number(text);
  throw new StowageError({
    code: "bad-format",
    message: `${file} does not hold a format number`,
    details: [`it holds ${JSON.stringify(text.slice(0, 40))}`],
    hint: `if nothing else is damaged, write ${storeFormat} into it`,
  });
}
