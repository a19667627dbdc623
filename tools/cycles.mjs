#!/usr/bin/env node
/**
 * `npm run test:cycles`: containers are started and stopped 1000 times on each suite, every tenth time with kill -9, and
 * leave nothing behind. The same test as in `npm test`, which plays fewer. Half an hour.
 *
 *   npm run test:cycles              1000 cycles on each suite
 *   npm run test:cycles -- 200       as many as are said
 */
import { ensureAll, NotReady } from "./ensure.mjs";
import { check, root, runParts, vitest } from "./parts.mjs";

const cycles = Number(process.argv[2] ?? 1000);

try {
  if (!Number.isInteger(cycles) || cycles < 40) throw new NotReady("usage: npm run test:cycles [-- 40 or more]");
  await ensureAll({ why: "npm run test:cycles", gigabytes: 4 });
  process.env.STOWAGE_CYCLES = `${cycles}`;
  const build = check("build", [process.execPath, `${root}tools/build.mjs`, "--no-types"]);
  const { passed, failed } = await runParts([build, vitest("cycles", "scenarios", ["test/scenarios/cycles"])]);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof NotReady ? error.message : error);
  process.exitCode = 1;
}
