/** A test of `npm test` by itself, and played longer: what `npm run test:cycles` and its like have in common. */
import { ensureAll, NotReady } from "./ensure.mjs";
import { check, root, runParts, vitest } from "./parts.mjs";

/**
 * How long is the command's argument, a whole number.
 * @param {string} name of `npm run test:<name>`
 * @param {object} what
 * @param {string} what.variable of the environment, by which the test is told
 * @param {string} what.files whose path begins so
 * @param {number} what.usual where nothing is said
 * @param {number} what.least
 */
export async function longTest(name, { variable, files, usual, least }) {
  const asked = Number(process.argv[2] ?? usual);
  try {
    if (!Number.isInteger(asked) || asked < least)
      throw new NotReady(`usage: npm run test:${name} [-- ${least} or more]`);
    await ensureAll({ why: `npm run test:${name}`, gigabytes: 4 });
    process.env[variable] = `${asked}`;
    const build = check("build", [process.execPath, `${root}tools/build.mjs`, "--no-types"]);
    const { passed, failed } = await runParts([build, vitest(name, "scenarios", [files])]);
    console.log(`\n${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  } catch (error) {
    console.error(error instanceof NotReady ? error.message : error);
    process.exitCode = 1;
  }
}
