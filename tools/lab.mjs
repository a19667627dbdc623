#!/usr/bin/env node
/** `npm run lab`: lab hosts by hand; see lab/cli.ts. Installs what is missing first. */
import { ensureAll, NotReady } from "./ensure.mjs";

try {
  await ensureAll({ why: "a lab host", gigabytes: 2 });
  const { load } = await import("./load.mjs");
  const { main } = await load("lab/cli.ts");
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof NotReady || !process.env.STOWAGE_DEBUG ? error.message : error);
  process.exitCode = 1;
}
