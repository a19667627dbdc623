/** The command as a process: what only its end shows. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
let dir: string;

beforeAll(async () => {
  // Inside the project, so that the bundle finds its packages.
  dir = mkdtempSync(join(root, "node_modules/.entry-test-"));
  await build({
    entryPoints: [join(root, "src/cli/main.ts")],
    outdir: join(dir, "dist"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    packages: "external",
  });
});
afterAll(() => rmSync(dir, { recursive: true }));

function shell(script: string, hostTs: string) {
  writeFileSync(join(dir, "host.ts"), hostTs);
  const env = {
    ...process.env,
    NO_COLOR: "1",
    NODE: process.execPath,
    STOWAGE_STATE_DIR: join(dir, "state"),
    STOWAGE_CACHE_DIR: join(dir, "cache"),
  };
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { cwd: dir, encoding: "utf8", env });
  return { status, stdout, stderr };
}

const stowage = '"$NODE" dist/main.mjs';

test("a configuration that ends the process after it was loaded is no success", () => {
  const { status, stderr } = shell(`${stowage} check`, "export default () => process.exit(0);");
  expect(status).toBe(1);
  expect(stderr).toContain("error[host-error]: the process ended before there was an answer");
});

test.each([
  ["kept as a script", ""],
  ["kept as a module", "await 1;\n"],
])("an error that the configuration throws has its place, %s", (_, above) => {
  const { status, stderr } = shell(
    `${stowage} check`,
    `${above}\nthrow new Error("by the user");\nexport default {};\n`,
  );
  expect(status).toBe(1);
  expect(stderr).toContain("by the user");
  expect(stderr).toMatch(above === "" ? /host\.ts:2:7/ : /host\.ts:3:7/);
});

test("a reader that goes away: no word, 141", () => {
  const script = `{ ${stowage} options --schema; echo "$?" >&2; } | true`;
  expect(shell(script, "export default {};")).toMatchObject({ stderr: "141\n" });
});
