/** Files that flags name. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { notReadable } from "../../load/failure.ts";
import type { Session } from "../session.ts";
import type { GivenFile } from "./embedded.ts";

/** @throws StowageError `no-such-file`, `not-readable` */
export function givenFile(session: Session, shown: string): GivenFile {
  const path = resolve(session.io.cwd(), shown);
  try {
    return { shown, path, text: readFileSync(path, "utf8") };
  } catch (error) {
    throw notReadable(shown, error as NodeJS.ErrnoException, "--config-file takes the path of a TypeScript file");
  }
}
