/** The parts of a test run: each says what it does, shows what happens, and ends in numbers. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const quiet = 20_000;

/** Runs a program with its output shown; when it is silent for long, says that it still runs. */
function show(argv) {
  return new Promise((resolve, reject) => {
    const colour = process.stdout.isTTY ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" };
    const child = spawn(argv[0], argv.slice(1), {
      cwd: root,
      env: { ...process.env, ...colour },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const started = Date.now();
    let last = started;
    const clock = setInterval(() => {
      if (Date.now() - last < quiet) return;
      last = Date.now();
      process.stdout.write(`  … ${Math.round((last - started) / 1000)} s\n`);
    }, 1000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (piece) => {
        last = Date.now();
        process.stdout.write(piece);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(clock);
      resolve(code ?? 1);
    });
  });
}

/** A program that passes or fails as a whole: counts as one. */
export function check(name, argv) {
  return {
    name,
    async run() {
      const code = await show(argv);
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
    },
  };
}

/** One call of a function of ours that throws when it fails: counts as one. */
export function task(name, work) {
  return {
    name,
    async run() {
      await work();
      return { passed: 1, failed: 0 };
    },
  };
}

/** A project of vitest: counts its tests. Nothing executed, and anything skipped, is a failure. */
export function vitest(name, project, filters) {
  return {
    name,
    async run() {
      const file = join(root, ".cache/tests", `${project}-${process.pid}.json`);
      mkdirSync(join(root, ".cache/tests"), { recursive: true });
      const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
      const vitest = join(root, "node_modules/vitest/vitest.mjs");
      const code = await show([process.execPath, vitest, "run", "--project", project, ...reporters, ...filters]);
      try {
        return count(JSON.parse(readFileSync(file, "utf8")), code, filters.length > 0);
      } catch {
        console.log(`${name}: vitest left no result (exit code ${code})`);
        return { passed: 0, failed: 1 };
      } finally {
        rmSync(file, { force: true });
      }
    },
  };
}

/**
 * @param result vitest's JSON report
 * @param code vitest's exit code
 * @param filtered only some tests were asked for: the others are skipped rightly
 */
export function count(result, code, filtered) {
  const tests = result.testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === "passed").length;
  const skipped = filtered ? [] : tests.filter((test) => test.status !== "passed" && test.status !== "failed");
  for (const test of skipped) console.log(`skipped, which counts as failed: ${test.fullName}`);
  // A file that cannot be loaded, or a hook that fails, has no failed test to show for it.
  const broken = result.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  let failed = tests.filter((test) => test.status === "failed").length + skipped.length + broken;
  if (passed + failed === 0) {
    console.log("no test was executed, which counts as failed");
    failed = 1;
  }
  // An error outside of any test: vitest says so by its exit code alone.
  if (failed === 0 && code !== 0) failed = 1;
  return { passed, failed };
}

/** Runs parts one after the other, whatever becomes of those before. */
export async function runParts(parts) {
  const total = { passed: 0, failed: 0 };
  const failures = [];
  for (const { name, run } of parts) {
    const started = Date.now();
    console.log(`\n== ${name}`);
    const { passed, failed } = await run().catch((error) => {
      console.log(error instanceof Error ? error.message : error);
      return { passed: 0, failed: 1 };
    });
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) failures.push(name);
    console.log(
      `== ${name}: ${failed > 0 ? `${failed} failed` : "passed"} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
    );
  }
  if (failures.length > 0) console.log(`\nfailed: ${failures.join(", ")}`);
  return total;
}
