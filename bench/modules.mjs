#!/usr/bin/env node
/**
 * Evaluation of many containers with the real options, each size in a process of its own, so that every figure is that
 * of a first run. Also the figure that a user feels: a whole process against one with an empty host.ts.
 *
 *   node bench/modules.mjs [sizes…]        default 10 100 1000 10000
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rounds = 5;
const sizes = process.argv.slice(2).map(Number);
const dir = mkdtempSync(join(tmpdir(), "bench-modules-"));
const program = join(dir, "run.mjs");

const source = `
import { evalModules } from "./src/modules/index.ts";
import { hostOptions } from "./src/options/index.ts";
const [size, form] = [Number(process.argv[2]), process.argv[3]];
const container = (i) => ({
  autoStart: i % 2 === 0,
  privateNetwork: true,
  hostAddress: "10.0.0.1",
  localAddress: \`10.\${(i >> 16) & 255}.\${(i >> 8) & 255}.\${i & 255}\`,
  forwardPorts: [{ hostPort: 1000 + (i % 50000), containerPort: 80 }],
  bindMounts: { "/srv/data": { hostPath: "/srv/" + i } },
  config: { packages: ["nginx-light", "curl"], systemd: { services: { nginx: { wantedBy: ["multi-user.target"] } } } },
});
const all = () => Object.fromEntries(Array.from({ length: size }, (_, i) => ["c" + i, container(i)]));
const forms = {
  object: () => [{ containers: all() }],
  function: () => [({ config }) => ({ containers: all(), warnings: config.containers.c0 ? [] : [] })],
  hosts: () => [({ config }) => ({
    containers: all(),
    warnings: Object.entries(config.containers).map(([name, c]) => name + c.localAddress),
  })],
};
const start = performance.now();
const { issues, config } = evalModules({ modules: [{ options: hostOptions }, ...forms[form]()] });
const took = performance.now() - start;
if (issues.length > 0 || Object.keys(config.containers).length !== size) throw new Error(JSON.stringify(issues[0]));
console.log(JSON.stringify({ took, heap: process.memoryUsage().rss / 2 ** 20 }));
`;

function measure(size, form) {
  const runs = Array.from({ length: rounds }, () => {
    const before = performance.now();
    const out = execFileSync(process.execPath, [program, String(size), form], {
      encoding: "utf8",
      env: cleanEnvironment,
    });
    return { ...JSON.parse(out), whole: performance.now() - before };
  });
  return Object.fromEntries(["took", "whole", "heap"].map((key) => [key, Math.min(...runs.map((run) => run[key]))]));
}

// Node 20 reads this file at each start, which takes longer than what is measured.
const { NODE_EXTRA_CA_CERTS: _, ...cleanEnvironment } = process.env;

try {
  await build({
    stdin: { contents: source, resolveDir: root, loader: "ts" },
    outfile: program,
    bundle: true,
    format: "esm",
    platform: "node",
  });
  const empty = measure(0, "object").whole;
  console.log("containers  form       evaluation   whole - empty   resident");
  for (const size of sizes.length > 0 ? sizes : [10, 100, 1000, 10_000]) {
    for (const form of ["object", "function", "hosts"]) {
      const { took, whole, heap } = measure(size, form);
      const columns = [took, whole - empty].map((ms) => `${ms.toFixed(1)} ms`.padStart(12));
      console.log(
        `${String(size).padStart(10)}  ${form.padEnd(8)} ${columns.join("   ")} ${`${heap.toFixed(0)} MiB`.padStart(10)}`,
      );
    }
  }
} finally {
  rmSync(dir, { recursive: true });
}
