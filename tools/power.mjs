#!/usr/bin/env node
/**
 * `npm run test:power`: the power fails at a thousand points of switches, on each suite half of them. The same test as in
 * `npm test`, which plays 131. Ten minutes.
 *
 *   npm run test:power            4 switches in each manner on each suite
 *   npm run test:power -- 20      as many as are said
 */
import { longTest } from "./long-test.mjs";

await longTest("power", { variable: "STOWAGE_POWER_ROUNDS", files: "test/scenarios/power", usual: 4, least: 1 });
