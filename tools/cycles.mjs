#!/usr/bin/env node
/**
 * `npm run test:cycles`: containers are started and stopped 1000 times on each suite, every tenth time with kill -9, and
 * leave nothing behind. The same test as in `npm test`, which plays fewer. Half an hour.
 *
 *   npm run test:cycles              1000 cycles on each suite
 *   npm run test:cycles -- 200       as many as are said
 */
import { longTest } from "./long-test.mjs";

await longTest("cycles", { variable: "STOWAGE_CYCLES", files: "test/scenarios/cycles", usual: 1000, least: 40 });
