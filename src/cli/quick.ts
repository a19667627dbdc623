/**
 * Verbs that are asked so often, and do so little, that loading the whole command would be most of their time: the build
 * has them in a file of their own, `quick.cjs`, a twentieth of the other. What they need in rare cases alone is imported
 * where it is needed; test/cli/quick.test.ts says what may not be in what they always load.
 */
import type { ListFlags } from "./commands/list.ts";
import type { Io } from "./io.ts";
import { sessionOf } from "./session.ts";

/** As the parser has them (verbs/looking.ts). */
const listFlags: Readonly<Record<string, Partial<ListFlags>>> = {
  "--json": { json: true },
  "--all": { all: true },
  "-a": { all: true },
  "--quiet": { quiet: true },
  "-q": { quiet: true },
  "--verbose": { verbose: true },
  "-v": { verbose: true },
  "--color": { color: true },
  "--no-color": { color: false },
};

/** @returns the exit code; null: the parser is to look at it, as there is more than plain flags */
export async function main([, ...words]: readonly string[], io: Io): Promise<number | null> {
  const given = words.flatMap((word) => Object.entries(listFlags[word] ?? {}));
  if (new Set(given.map(([flag]) => flag)).size < words.length) return null;
  const flags: ListFlags = { color: true, ...Object.fromEntries(given) };
  const session = sessionOf(io, flags);
  try {
    const { default: list } = await import("./commands/list.ts");
    return await list(session, flags);
  } catch (error) {
    const { tellError } = await import("./report/errors.ts");
    return tellError(session, error);
  }
}
