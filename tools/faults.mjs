#!/usr/bin/env node
/**
 * `npm run test:faults`: switch, rollback and gc are ended by kill -9 at thousands of their calls, and calls of theirs
 * fail; each time the machine must be whole, and the next run finish. The same test as in `npm test`, which strikes at
 * fewer. About an hour.
 *
 *   npm run test:faults              1000 kills and 300 failures on each suite
 *   npm run test:faults -- 300       as many kills as are said
 *
 * STOWAGE_FAULTS_SEED: another number, other points.
 */
import { ensureAll, NotReady } from "./ensure.mjs";
import { check, root, runParts, vitest } from "./parts.mjs";

const kills = Number(process.argv[2] ?? 1000);

try {
  if (!Number.isInteger(kills) || kills < 100) throw new NotReady("usage: npm run test:faults [-- 100 or more]");
  await ensureAll({ why: "npm run test:faults", gigabytes: 4 });
  process.env.STOWAGE_FAULTS = `${kills}`;
  const build = check("build", [process.execPath, `${root}tools/build.mjs`, "--no-types"]);
  const { passed, failed } = await runParts([build, vitest("faults", "scenarios", ["test/scenarios/faults/faults"])]);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof NotReady ? error.message : error);
  process.exitCode = 1;
}
