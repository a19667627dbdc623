/** The command as it is built: its code comes from V8's cache, and whoever imports the library has the command's own. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
let dir: string;
let cache: string;

beforeAll(() => {
  // Inside the project, so that the build finds its packages.
  dir = mkdtempSync(join(root, "node_modules/.built-test-"));
  cache = join(dir, "cache");
  const argv = [join(root, "tools/build.mjs"), "--no-types", "--out", join(dir, "dist")];
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true }));
beforeEach(() => rmSync(cache, { recursive: true, force: true }));

function stowage(hostTs: string, ...argv: string[]) {
  writeFileSync(join(dir, "host.ts"), hostTs);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(dir, "dist/cli.cjs"), ...argv], {
    cwd: dir,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", STOWAGE_STATE_DIR: join(dir, "state"), STOWAGE_CACHE_DIR: cache },
  });
  return { status, stdout, stderr };
}

const empty = "export default {};";
const fine = { status: 0, stdout: "", stderr: "host.ts: 0 containers, no problems\n" };
const code = () => join(cache, "code");
/** The one thing that was kept: its name, its content, and when it was written. */
function kept(): [path: string, text: string, since: number] {
  const names = readdirSync(code());
  expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{16}-v[0-9.]+-\w+-check$/)]);
  const path = join(code(), names[0]!);
  return [path, readFileSync(path, "latin1"), statSync(path).mtimeMs];
}

describe("what V8 compiled", () => {
  test("is kept by the first run, for its owner alone, and used by the next", () => {
    expect(stowage(empty, "check")).toEqual(fine);
    const [path, text, since] = kept();
    expect([statSync(code()).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(stowage(empty, "check")).toEqual(fine);
    expect(kept()).toEqual([path, text, since]);
  });

  test("is kept anew where it is damaged", () => {
    expect(stowage(empty, "check")).toEqual(fine);
    const [path, text] = kept();
    const middle = text.length >> 1;
    for (const damaged of ["", text.slice(0, middle), `${text.slice(0, middle)}???${text.slice(middle + 3)}`]) {
      writeFileSync(path, damaged, "latin1");
      expect(stowage(empty, "check")).toEqual(fine);
      expect(kept()[1].length).toBeGreaterThan(middle);
      expect(kept()[1]).not.toBe(damaged);
    }
  });

  test("is kept anew by a run that needed much more", () => {
    const busy = "const { user } = process.cpuUsage(); while (process.cpuUsage().user < 5 * user); export default {};";
    expect(stowage(empty, "check")).toEqual(fine);
    const [, , since] = kept();
    expect(stowage(busy, "check")).toEqual(fine);
    const [, , later] = kept();
    expect(later).toBeGreaterThan(since);
    expect(stowage(busy, "check")).toEqual(fine);
    expect(kept()[2]).toBe(later);
  });

  test("is not looked for where others can write", () => {
    mkdirSync(code(), { recursive: true, mode: 0o777 });
    chmodSync(code(), 0o777);
    expect(stowage(empty, "check")).toEqual(fine);
    expect(statSync(code()).mode & 0o777).toBe(0o700);
    const [path] = kept();
    rmSync(path);
    if (process.geteuid?.() === 0) {
      chownSync(code(), 1234, 1234);
      expect(stowage(empty, "check")).toEqual(fine);
      expect(readdirSync(code())).toEqual([]);
    }
    rmSync(code(), { recursive: true });
    mkdirSync(join(dir, "elsewhere"));
    symlinkSync(join(dir, "elsewhere"), code());
    expect(stowage(empty, "check")).toEqual(fine);
    expect(readdirSync(join(dir, "elsewhere"))).toEqual([]);
  });

  test("of others is not run, and kept anew", () => {
    expect(stowage(empty, "check")).toEqual(fine);
    const [path, text] = kept();
    const own = statSync(path).ino;
    expect(stowage(empty, "check")).toEqual(fine);
    expect(statSync(path).ino).toBe(own);
    // Whole, and where it is looked for: put there when the directory was still open to others.
    const plant = [
      () => chmodSync(path, 0o666),
      () => {
        rmSync(path);
        writeFileSync(join(dir, "planted"), text, { encoding: "latin1", mode: 0o600 });
        symlinkSync(join(dir, "planted"), path);
      },
      ...(process.geteuid?.() === 0 ? [() => chownSync(path, 1234, 1234)] : []),
    ];
    for (const planted of plant) {
      planted();
      expect(stowage(empty, "check")).toEqual(fine);
      expect(kept()[0]).toBe(path);
      const found = lstatSync(path);
      expect([found.isFile(), found.mode & 0o777, found.uid]).toEqual([true, 0o600, process.geteuid?.()]);
    }
  });

  test("does not come back where it was removed meanwhile", () => {
    const removes = `import { rmSync } from "node:fs"; rmSync(${JSON.stringify(code())}, { recursive: true }); ${empty}`;
    expect(stowage(removes, "check")).toEqual(fine);
    expect(readdirSync(cache)).toEqual(["load"]);
  });

  test("of words that are no verbs nothing is kept", () => {
    expect(stowage(empty, "nonsense").status).toBe(64);
    expect(readdirSync(code())).toEqual([]);
  });

  test("an older version's goes after a week", () => {
    mkdirSync(code(), { recursive: true, mode: 0o700 });
    const names = ["0123456789abcdef-v20.0.0-x64-check", "fedcba9876543210-v20.0.0-x64-check"];
    for (const name of names) writeFileSync(join(code(), name), "");
    spawnSync("touch", ["-d", "8 days ago", join(code(), names[0]!)]);
    expect(stowage(empty, "check")).toEqual(fine);
    expect(readdirSync(code())).not.toContain(names[0]);
    expect(readdirSync(code())).toContain(names[1]);
  });
});

test("a throw of host.ts is told with its place", () => {
  const { status, stderr } = stowage(`\n  throw new Error("no luck");`, "check");
  expect(stderr).toBe("error[host-error]: host.ts cannot be loaded: Error: no luck\n  at host.ts:2:9\n");
  expect(status).toBe(1);
});

test("a package that imports us means the running command, not the copy beside it", () => {
  const packages = join(dir, "node_modules");
  mkdirSync(join(packages, "ours"), { recursive: true });
  symlinkSync("..", join(packages, "stowage"));
  writeFileSync(
    join(dir, "package.json"),
    JSON.stringify({
      name: "stowage",
      type: "module",
      exports: { ".": "./dist/index.js", "./modules": "./dist/modules.js" },
    }),
  );
  writeFileSync(
    join(packages, "ours/package.json"),
    JSON.stringify({ name: "ours", type: "module", exports: "./i.js" }),
  );
  writeFileSync(
    join(packages, "ours/i.js"),
    `import { mkForce } from "stowage"; import { mkIf } from "stowage/modules";
export default { containers: mkIf(true, { web: { path: mkForce("/srv/web"), autoStart: true } }) };`,
  );
  const { status, stdout, stderr } = stowage(
    `import ours from "ours"; export default ours;`,
    "eval",
    "containers.web.path",
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '"/srv/web"\n', stderr: "" });
});

test("the library by itself, without a command", () => {
  const script = `import { evalModules, mkOption, types } from "./dist/modules.js"; import { mkForce } from "./dist/index.js";
const { config } = evalModules({ modules: [{ options: { a: mkOption({ type: types.int }) } }, { a: mkForce(3) }] });
console.log(config.a);`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: dir, encoding: "utf8" });
  expect(stdout).toBe("3\n");
});
