/** The verbs as the build has them, in files of their own beside the entry. Tests have app.ts itself; so has main.ts, but for the build. */
import type * as quick from "./quick.ts";
import { isQuick } from "./quick-verbs.ts";

declare const __dirname: string;
declare const require: NodeJS.Require;

/** @returns the exit code */
export async function main(argv: readonly string[], io: NodeJS.Process): Promise<number> {
  if (isQuick(argv)) {
    // Without a cache of compiled code: what keeps one takes longer to load than so little takes to compile.
    const { main } = require(`${__dirname}/quick.cjs`) as typeof quick;
    const exitCode = await main(argv, io);
    if (exitCode !== null) return exitCode;
  }
  const { main } = await import("./built-whole.ts");
  return main(argv, io);
}
