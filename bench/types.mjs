#!/usr/bin/env node
/**
 * How long the compiler takes for a host.ts with 500 options in play: those of stowage, and a user's own up to that
 * number, each declared, defined and read, the package's declarations as they are installed.
 *
 *   node tools/build.mjs && node bench/types.mjs [rounds]
 *
 * Exit code 1 when it takes more than a second (median), or when the compiler does not see what it should.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const budget = 1000;
const wanted = 500;
const rounds = Number(process.argv[2] ?? 9);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(root, "node_modules/.bin/tsc");
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

/** Of all kinds: declaration, definition, and an expression that reads the value in the type it must have. */
const kinds = [
  (n) => [`mkOption({ type: types.str, default: "" })`, `"text ${n}"`, (c) => `const _${n}: string = ${c};`],
  (n) => [`mkOption({ type: types.port, default: 1 })`, `mkDefault(${n})`, (c) => `const _${n}: number = ${c};`],
  (n) => [
    `mkOption({ type: types.enum("one", "two"), default: "one" })`,
    `mkIf(true, "two")`,
    (c) => `const _${n}: "one" | "two" = ${c};`,
  ],
  (n) => [
    `mkOption({ type: types.nullOr(types.listOf(types.path)), default: null })`,
    `["/srv/${n}"]`,
    (c) => `const _${n}: readonly string[] | null = ${c};`,
  ],
  (n) => [
    `mkOption({ type: types.attrsOf(types.either(types.str, types.int)), default: {} })`,
    `{ a: "x", b: mkForce(${n}) }`,
    (c) => `const _${n}: string | number | undefined = ${c}.a;`,
  ],
];

/** Groups of twenty options, each tenth group a submodule. */
function ownOptions(count) {
  const declared = [];
  const defined = [];
  const reads = [];
  for (let n = 0, group = 0; n < count; group++) {
    const members = Array.from({ length: Math.min(20, count - n) }, () => {
      const [declaration, definition, read] = kinds[n % kinds.length](n);
      return { name: `option${n++}`, declaration, definition, read };
    });
    const options = members.map(({ name, declaration }) => `      ${name}: ${declaration},`).join("\n");
    const values = members.map(({ name, definition }) => `${name}: ${definition}`).join(",\n        ");
    const isSubmodule = group % 10 === 9;
    declared.push(
      isSubmodule
        ? `  group${group}: mkOption({ default: {}, type: types.attrsOf(types.submodule({ options: {\n${options}\n  } })) }),`
        : `  group${group}: {\n${options}\n  },`,
    );
    defined.push(`    group${group}: ${isSubmodule ? `{ x: { ${values} } }` : `{\n        ${values} }`},`);
    const at = isSubmodule ? `config.group${group}.x!` : `config.group${group}`;
    reads.push(...members.map(({ name, read }) => `  ${read(`${at}.${name}`)}`));
  }
  return { declared: declared.join("\n"), defined: defined.join("\n"), reads: reads.join("\n") };
}

const containers = (count) =>
  Array.from(
    { length: count },
    (_, i) => `    c${i}: {
      autoStart: true, privateNetwork: true, hostAddress: "10.0.${i}.1", localAddress: "10.0.${i}.2",
      forwardPorts: [{ hostPort: ${8000 + i}, containerPort: 80 }], bindMounts: { "/srv": { isReadOnly: false } },
      config: {
        packages: ["nginx-light"], environment: { etc: { motd: { text: "hello" } } },
        systemd: { services: { nginx: { wantedBy: ["multi-user.target"], serviceConfig: { Restart: "always" } } } },
      },
    },`,
  ).join("\n");

function project(dir, files) {
  mkdirSync(join(dir, "node_modules"), { recursive: true });
  symlinkSync(root, join(dir, "node_modules/stowage"));
  const compilerOptions = {
    target: "es2023",
    module: "nodenext",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: [],
  };
  const all = {
    "package.json": JSON.stringify({ type: "module" }),
    "tsconfig.json": JSON.stringify({ compilerOptions, include: ["*.ts"] }),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(dir, name), text);
  return dir;
}

function large(own) {
  const { declared, defined, reads } = ownOptions(own);
  return {
    "own.ts": `import { defineModule, mkOption, types } from "stowage";
const options = {\n${declared}\n};
type OwnOptions = typeof options;
declare module "stowage" { interface HostOptions extends OwnOptions {} }
export default defineModule({ options });\n`,
    "host.ts": `import { defineHost, mkDefault, mkForce, mkIf } from "stowage";
import own from "./own.ts";
export default defineHost(({ config }) => {
${reads}
  return {
    imports: [own],\n${defined}
    containers: {\n${containers(10)}\n    },
  };
});\n`,
  };
}

/** Wall and CPU time of one run of the compiler; the shell's `times` knows that of its children. */
function compile(dir) {
  const began = performance.now();
  const script = '"$@" || exit; times >&3';
  const run = spawnSync("sh", ["-c", script, "sh", tsc, "-p", dir], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const wall = performance.now() - began;
  if (run.status !== 0) throw new Error(`${dir}: ${run.stdout.slice(0, 2000)}`);
  const seconds = run.output[3]
    .trim()
    .split("\n")
    .at(-1)
    .matchAll(/(\d+)m([\d.]+)s/g);
  return { wall, cpu: [...seconds].reduce((sum, [, minutes, rest]) => sum + minutes * 60_000 + rest * 1000, 0) };
}

/** How many options stowage has itself. */
function stowageOptions(dir) {
  const run = spawnSync(process.execPath, [join(root, "dist/cli.cjs"), "options", "--json"], {
    env: { ...env, STOWAGE_CACHE_DIR: dir },
    cwd: dir,
    encoding: "utf8",
  });
  return JSON.parse(run.stdout).length;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

if (!existsSync(join(root, "dist/types/index.d.ts"))) throw new Error("no dist/types: node tools/build.mjs");
const dir = mkdtempSync(join(tmpdir(), "bench-types-"));
try {
  const stowage = stowageOptions(dir);
  const withOptions = (name, count) => project(join(dir, name), large(count - stowage));
  const projects = {
    "empty host.ts": project(join(dir, "empty"), { "host.ts": "export default {};\n" }),
    [`stowage's ${stowage} options`]: withOptions("stowage", stowage),
    [`${wanted} options`]: withOptions("large", wanted),
    [`${3 * wanted} options`]: withOptions("larger", 3 * wanted),
  };
  const runs = Object.fromEntries(Object.keys(projects).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, path] of Object.entries(projects)) runs[name].push(compile(path));
  }
  for (const [name, all] of Object.entries(runs)) {
    const [wall, cpu] = ["wall", "cpu"].map((key) =>
      median(all.map((run) => run[key]))
        .toFixed(0)
        .padStart(5),
    );
    const min = Math.min(...all.map((run) => run.wall)).toFixed(0);
    console.log(`${name.padEnd(24)} median ${wall} ms, min ${min.padStart(5)} ms, CPU ${cpu} ms`);
  }
  if (median(runs[`${wanted} options`].map((run) => run.wall)) > budget) process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true });
}
