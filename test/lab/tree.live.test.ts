/** The cache of trees, with a stand-in for mmdebstrap: what matters here is what happens around it. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { exec } from "../../lab/exec.ts";
import { until } from "../../lab/nspawn.ts";
import { checkout } from "../../lab/places.ts";
import { tree, treePath } from "../../lab/tree.ts";

let scratch: string;
/** Its last argument but the source line is the root to fill; what `$MODE` says happens on the way. */
const standIn = `#!/bin/sh
for word; do case "$word" in */trees/*) root=$word;; esac; done
mkdir -p "$root/etc/systemd/system"
echo run >> "$SCRATCH/runs"
echo "I: downloading packages with apt..."
case "$MODE" in
  fail) echo "E: no such mirror" >&2; exit 100;;
  hang) sleep 60;;
  alone) printf "Err:1 http://m.example/debian bookworm InRelease\\n  Temporary failure resolving 'm.example'\\n" >&2; exit 100;;
esac
sleep 0.3
touch "$root/etc/hostname" "$root/etc/resolv.conf" "$root/whole"
`;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "lab-tree-"));
  mkdirSync(join(scratch, "bin"));
  writeFileSync(join(scratch, "bin/mmdebstrap"), standIn);
  chmodSync(join(scratch, "bin/mmdebstrap"), 0o755);
  vi.stubEnv("STOWAGE_LAB_CACHE", join(scratch, "cache"));
  vi.stubEnv("SCRATCH", scratch);
  vi.stubEnv("PATH", `${scratch}/bin:${process.env.PATH}`);
  vi.stubEnv("MODE", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

const runs = (): number => readFileSync(join(scratch, "runs"), "utf8").trim().split("\n").length;
const left = (): string[] => readdirSync(join(scratch, "cache/trees")).filter((name) => name.endsWith(".building"));

/** A process of its own that asks for the bookworm tree. */
function elsewhere(): { readonly child: ChildProcess; readonly ended: Promise<number | null> } {
  const script = `const { load } = await import(process.argv[1]);
    await (await load("lab/tree.ts")).tree("bookworm");`;
  const argv = ["--input-type=module", "-e", script, join(checkout(), "tools/load.mjs")];
  const child = spawn(process.execPath, argv, { stdio: "inherit" });
  return { child, ended: new Promise((resolve) => child.once("close", resolve)) };
}

test("a tree is built once, though two processes ask for it at the same time", async () => {
  const [ours, code] = await Promise.all([tree("bookworm"), elsewhere().ended]);
  expect(code).toBe(0);
  expect(ours).toBe(treePath("bookworm", "base"));
  expect(existsSync(join(ours, "whole"))).toBe(true);
  expect(existsSync(join(ours, "etc/hostname"))).toBe(false);
  await tree("bookworm");
  expect(runs()).toBe(1);
  expect(left()).toEqual([]);
});

test("those with more begin as a copy of that with less, which stays as it is", async () => {
  const ours = await tree("bookworm", "engines");
  expect(runs()).toBe(2);
  const base = treePath("bookworm", "base");
  for (const at of [base, ours]) expect(existsSync(join(at, "whole"))).toBe(true);
  expect(existsSync(join(ours, "etc/containers/containers.conf"))).toBe(true);
  expect(existsSync(join(base, "etc/containers"))).toBe(false);
  expect(readdirSync(join(ours, "etc/systemd/system"))).toEqual(readdirSync(join(base, "etc/systemd/system")));
  await tree("bookworm");
  expect(runs()).toBe(2);
});

test("what a killed build left behind is removed by the next, its processes are gone", async () => {
  vi.stubEnv("MODE", "hang");
  const { child, ended } = elsewhere();
  await until("the build to have begun", 30_000, async () => (existsSync(join(scratch, "runs")) ? true : undefined));
  child.kill("SIGKILL");
  await ended;
  expect(left()).toHaveLength(1);
  await until("its processes to end", 5_000, async () =>
    (await exec(["pgrep", "-f", `${scratch}/bin/mmdebstrap`])).code === 1 ? true : undefined,
  );
  vi.stubEnv("MODE", "");
  // Of the other suite: leftovers are not only looked for under the name that is asked for.
  await tree("trixie");
  expect(left()).toEqual([]);
});

test("a failed build says why, and leaves no tree", async () => {
  vi.stubEnv("MODE", "fail");
  await expect(tree("bookworm")).rejects.toThrow(/cannot make the bookworm tree.*\nE: no such mirror/);
  expect(left()).toEqual([]);
  expect(existsSync(treePath("bookworm", "base"))).toBe(false);
});

test("a mirror that cannot be reached is said to be that", async () => {
  vi.stubEnv("MODE", "alone");
  await expect(tree("bookworm")).rejects.toThrow(
    /no Debian mirror is reached:\nErr:1 .*\n +Temporary failure resolving/,
  );
});

test("progress is told", async () => {
  const lines: string[] = [];
  await tree("bookworm", "base", (line) => lines.push(line));
  expect(lines).toEqual(["bookworm: downloading packages with apt (0 s)"]);
});
