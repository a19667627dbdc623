/** Where this program lies: what belongs to it is beside it, however it was installed. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** The directory of the built command, its links followed: /usr/bin/stowage may be one. */
const programDirectory = (): string => dirname(realpathSync(process.argv[1] ?? "."));

/** The types of what a configuration may import, or null where this build has none. */
export function typesDirectory(): string | null {
  const types = join(programDirectory(), "types");
  return existsSync(join(types, "index.d.ts")) ? types : null;
}
