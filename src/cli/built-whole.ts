/** All verbs as the build has them: in one file, run from V8's code cache. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { tellBusy } from "./busy.ts";
import { runCode } from "./cached-code.ts";
import { ownCache } from "./caches.ts";
import { tuneEngine } from "./engine.ts";
import { exitCodes } from "./exit-codes.ts";
import type * as app from "./whole-app.ts";

/** Of app.cjs; put in by tools/build.mjs. */
declare const APP_HASH: string;
declare const __dirname: string;

/** @returns the exit code */
export async function main(argv: readonly string[], io: NodeJS.Process): Promise<number> {
  const busy = tellBusy(argv, io);
  if (busy !== null) return busy;
  tuneEngine();
  const path = join(__dirname, "app.cjs");
  // Flags that stand before the verb are rare.
  const verb = /^[a-z-]{1,40}$/.exec(argv[0] ?? "")?.[0] ?? "any";
  const code = runCode({ path, hash: APP_HASH }, createRequire(path), join(ownCache(io), "code"), verb);
  const built = code.exports as typeof app;
  built.importWith((url) => import(url));
  const exitCode = await built.main(argv, io);
  // Words that are no verbs are without number.
  if (exitCode !== exitCodes.badUsage) code.keep();
  return exitCode;
}
