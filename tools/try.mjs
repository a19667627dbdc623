#!/usr/bin/env node
/**
 * `npm run try`: from a bare clone to a page served by a declared container, on a lab host. Installs what is missing.
 *
 *   npm run try             ends and removes the lab host at the end
 *   npm run try -- --keep   leaves it up, and says how to enter and how to end it
 */
import { ensureAll, NotReady, passOn } from "./ensure.mjs";

async function main(words) {
  const unknown = words.filter((word) => word !== "--keep");
  if (unknown.length > 0) throw new NotReady(`usage: npm run try [-- --keep]   (not ${unknown.join(" ")})`);
  await ensureAll({ why: "npm run try", gigabytes: 2 });
  console.log("Building stowage");
  const { code } = await passOn([process.execPath, "tools/build.mjs", "--no-types"]);
  if (code !== 0) throw new NotReady("stowage could not be built; see above.");
  const { load } = await import("./load.mjs");
  const { main } = await load("lab/try.ts");
  await main({ keep: words.includes("--keep") });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof NotReady || !process.env.STOWAGE_DEBUG ? `\n${error.message}` : error);
  process.exitCode = 1;
}
