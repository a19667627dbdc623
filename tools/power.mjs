#!/usr/bin/env node
/**
 * `npm run test:power`: the power fails at a thousand points of switches, on each suite half of them. The same test as in
 * `npm test`, which plays 131. Ten minutes.
 *
 *   npm run test:power            4 switches in each manner on each suite
 *   npm run test:power -- 20      as many as are said
 */
import { ensureAll, NotReady } from "./ensure.mjs";
import { check, root, runParts, vitest } from "./parts.mjs";

const rounds = Number(process.argv[2] ?? 4);

try {
  if (!Number.isInteger(rounds) || rounds < 1) throw new NotReady("usage: npm run test:power [-- 1 or more]");
  await ensureAll({ why: "npm run test:power", gigabytes: 4 });
  process.env.STOWAGE_POWER_ROUNDS = `${rounds}`;
  const build = check("build", [process.execPath, `${root}tools/build.mjs`, "--no-types"]);
  const { passed, failed } = await runParts([build, vitest("power", "scenarios", ["test/scenarios/power"])]);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof NotReady ? error.message : error);
  process.exitCode = 1;
}
