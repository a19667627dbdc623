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
import { longTest } from "./long-test.mjs";

await longTest("faults", {
  variable: "STOWAGE_FAULTS",
  files: "test/scenarios/faults/faults",
  usual: 1000,
  least: 100,
});
