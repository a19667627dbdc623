#!/usr/bin/env node
/**
 * What a large configuration costs the user: whole runs of `stowage check` and `stowage compile`, each
 * beside one with an empty host.ts.
 *
 *   node tools/build.mjs --no-types && node bench/modules.mjs [rounds]
 *
 * `check` makes no unit and no file; `compile` makes and prints the text of each; "everything made" prints nothing, but
 * has the generation's id, for which every text is made, and all of its records.
 *
 * Exit code 1 when a budget is not kept. Budgets are for medians on a machine that does nothing else.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measure } from "./command.mjs";

const rounds = Number(process.argv[2] ?? 7);
const sizes = [10, 100, 1000, 10_000];

/** Private network, addresses, two ports, two binds. FORM: as one literal, from a function, or read by a function. */
const network = `
import { lib } from "stowage";
const size = Number(process.env.SIZE);
const address = (i: number, end: number) => \`10.\${(i >> 14) & 255}.\${(i >> 6) & 255}.\${(i & 63) * 4 + end}\`;
const all = () => Object.fromEntries(Array.from({ length: size }, (_, i) => ["c" + i, {
  path: "/srv/tree",
  privateNetwork: true,
  hostAddress: address(i, 1),
  localAddress: address(i, 2),
  forwardPorts: [{ hostPort: 1024 + 2 * i, containerPort: 80 }, { hostPort: 1025 + 2 * i, containerPort: 443 }],
  bindMounts: {
    "/srv/data": { hostPath: "/srv/data/" + i, isReadOnly: false },
    "/srv/site": { hostPath: "/srv/site/" + i },
  },
}]));
const forms = {
  literal: { containers: all() },
  function: ({ config }: any) => ({ containers: all(), warnings: config.containers.none ? ["?"] : [] }),
  reads: ({ config }: any) => ({
    containers: all(),
    warnings: Object.values(config.containers).filter((c: any) => c.localAddress === null).map(() => "?"),
  }),
} as const;
export default forms[process.env.FORM as keyof typeof forms] as any;
`;

/** Twenty definitions in each container's own configuration. */
const inner = `
export default { containers: Object.fromEntries(Array.from({ length: Number(process.env.SIZE) }, (_, i) => ["c" + i, {
  config: {
    packages: ["nginx-light", "curl"],
    networking: { hostName: "c" + i },
    environment: {
      etc: { "app/a.conf": { text: "a " + i }, "app/b.conf": { text: "b " + i, mode: "0640" }, motd: { text: "hello" } },
      variables: { A: "1", B: "" + i },
    },
    systemd: { services: {
      nginx: { wantedBy: ["multi-user.target"], serviceConfig: { Restart: "on-failure", RestartSec: 5 } },
      app: {
        description: "app " + i, script: "exec sleep " + i, wantedBy: ["multi-user.target"], after: ["network.target"],
        environment: { PORT: "" + i }, path: ["/opt/bin"],
      },
      job: { startAt: "daily", serviceConfig: { ExecStart: "/bin/true", Type: "oneshot" } },
    } },
  },
}])) };
`;

/** As large as that of a small Debian with nginx. */
function lock() {
  const names = Array.from({ length: 200 }, (_, i) => `package-${String(i).padStart(3, "0")}`);
  const layer = { add: ["curl", "nginx-light"], packages: ["curl", "nginx-light"] };
  const packages = ["curl", "nginx-light", ...names].map((name) => ({
    name,
    version: "1.0-1",
    arch: "amd64",
    size: 1000,
    sha256: "0".repeat(64),
    path: `pool/main/${name}_1.0-1_amd64.deb`,
    archive: "debian",
  }));
  const systems = [{ packages: ["curl", "nginx-light"], layers: [layer] }];
  return { format: 1, suites: { trixie: { arch: "amd64", epoch: 1_760_000_000, base: names, systems, packages } } };
}

function cases(dir) {
  const write = (name, text) => {
    const file = join(dir, name);
    writeFileSync(file, text);
    return file;
  };
  const [empty, host, definitions] = [
    write("empty.ts", "export default {};\n"),
    write("network.ts", network),
    write("inner.ts", inner),
  ];
  write("stowage.lock", JSON.stringify(lock()));
  const of = (size, form, verb = "check") => ({ args: [verb, "-c", host], env: { SIZE: `${size}`, FORM: form } });
  const many = (size) => ({ args: ["check", "-c", definitions], env: { SIZE: `${size}` } });
  return {
    empty: { args: ["check", "-c", empty], env: {} },
    [emptyCompile]: { args: ["compile", "-c", empty], env: {} },
    ...Object.fromEntries(sizes.map((size) => [`${size}`, of(size, "literal")])),
    "1000, function": of(1000, "function"),
    "1000, read by a function": of(1000, "reads"),
    "1000, everything made": { ...of(1000, "literal"), isMade: true },
    "1000, stowage compile": of(1000, "literal", "compile"),
    "10000, stowage compile": of(10_000, "literal", "compile"),
    "200 × 20 definitions": many(200),
    "2000 × 20 definitions": many(2000),
  };
}

/** What a row is compared with: the same command, of a host.ts in which nothing is. */
const emptyCompile = "empty, stowage compile";
const emptyFor = (label, measured) => measured[label.endsWith("stowage compile") ? emptyCompile : "empty"];

const budgets = {
  1000: { above: 200, mib: 150 },
  "1000, stowage compile": { above: 200, mib: 150 },
  "1000, everything made": { above: 400, mib: 150 },
  "200 × 20 definitions": { above: 1500 },
};

function print(measured) {
  const { empty, ...others } = measured;
  const columns = (label, m, ...more) =>
    console.log(
      [
        label.padEnd(26),
        ...[m.wall, m.min, m.cpu].map((ms) => `${ms.toFixed(0)} ms`.padStart(9)),
        `${m.mib.toFixed(0)} MiB`.padStart(8),
        ...more,
      ].join(" "),
    );
  console.log(`${"containers".padEnd(26)}    median       min       CPU     RSS above empty: median   min   CPU`);
  columns("empty host.ts", empty);
  for (const [label, m] of Object.entries(others)) {
    const base = emptyFor(label, measured);
    const above = ["wall", "min", "cpu"].map((key) => `${(m[key] - base[key]).toFixed(0)} ms`.padStart(9));
    columns(label, m, "     ", ...above);
  }
  const above = (size) => measured[`${size}`].cpu - empty.cpu;
  console.log("\nCPU time above empty, for ten times as many containers:");
  for (const size of sizes.slice(1)) {
    console.log(`  ${size / 10} to ${size}: ${(above(size) / above(size / 10)).toFixed(1)} times`);
  }
}

function judge(measured) {
  for (const [label, budget] of Object.entries(budgets)) {
    if (!isKept(label, budget, measured)) process.exitCode = 1;
  }
}

/** Tells it, too. */
function isKept(label, limit, measured) {
  const own = measured[label];
  const above = own.wall - emptyFor(label, measured).wall;
  const kept = above <= limit.above && own.mib <= (limit.mib ?? Number.POSITIVE_INFINITY);
  const memory = limit.mib === undefined ? "" : `, ${own.mib.toFixed(0)} of ${limit.mib} MiB`;
  console.log(`budget ${label}: +${above.toFixed(0)} of ${limit.above} ms${memory}: ${kept ? "kept" : "NOT KEPT"}`);
  return kept;
}

const dir = mkdtempSync(join(tmpdir(), "bench-modules-"));
try {
  const measured = measure(dir, rounds, cases(dir));
  print(measured);
  judge(measured);
} finally {
  rmSync(dir, { recursive: true });
}
