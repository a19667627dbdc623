/** Files that flags name. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { StowageError } from "../../error.ts";
import type { Session } from "../session.ts";
import type { GivenFile } from "./embedded.ts";

/** @throws StowageError `no-such-file`, `not-readable` */
export function givenFile(session: Session, shown: string): GivenFile {
  const path = resolve(session.io.cwd(), shown);
  try {
    return { shown, path, text: readFileSync(path, "utf8") };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StowageError({
      code: code === "ENOENT" ? "no-such-file" : "not-readable",
      message: code === "ENOENT" ? `there is no ${shown}` : `${shown} cannot be read: ${message}`,
      hint: "--config-file takes the path of a TypeScript file",
    });
  }
}
