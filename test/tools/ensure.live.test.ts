/** That a bare machine ends with a sentence, not with a stack: what `npm run try` and `npm test` say first. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exec } from "../../lab/exec.ts";
import { checkout } from "../../lab/places.ts";

const tool = (name: string): string => join(checkout(), "tools", name);
const module = "../../tools/ensure.mjs";
const { explainApt } = (await import(module)) as { explainApt(said: string, packages: readonly string[]): string };

test.each([
  ["try.mjs", "npm run try needs root"],
  ["lab.mjs", "a lab host needs root"],
])("%s without root", async (name, message) => {
  const { code, stderr } = await exec(["unshare", "--user", process.execPath, tool(name)]);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("    at ");
});

test("npm test without root still ends in numbers", async () => {
  const { code, stdout, stderr } = await exec(["unshare", "--user", process.execPath, tool("test.mjs")]);
  expect(code).toBe(1);
  expect(stderr).toContain("npm test needs root");
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("0 passed, 1 failed");
});

test("too little disk", async () => {
  const small = mkdtempSync(join(tmpdir(), "small-"));
  try {
    const script = `mount -t tmpfs -o size=64m small "$1" && cp -r "$2" "$3" "$1" && cd "$1" && exec "$4" tools/try.mjs`;
    const argv = [
      "unshare",
      "--mount",
      "sh",
      "-c",
      script,
      "sh",
      small,
      tool(""),
      join(checkout(), "package.json"),
      process.execPath,
    ];
    const { code, stderr } = await exec(argv);
    expect(code).toBe(1);
    expect(stderr).toContain("2 GB of free disk are needed");
  } finally {
    rmSync(small, { recursive: true });
  }
});

test("no network for a Debian tree", async () => {
  const cache = mkdtempSync(join(tmpdir(), "lab-cache-"));
  try {
    const script = `const { load } = await import(process.argv[1]);
      await (await load("lab/tree.ts")).tree("bookworm").catch((error) => console.error(error.message));`;
    const argv = ["unshare", "--net", process.execPath, "--input-type=module", "-e", script, tool("load.mjs")];
    const { stderr } = await exec(argv, { env: { ...process.env, STOWAGE_LAB_CACHE: cache } });
    expect(stderr).toMatch(/^cannot make the bookworm tree, no Debian mirror is reached:/m);
  } finally {
    rmSync(cache, { recursive: true });
  }
});

test.each([
  ["Err:1 http://m.example sid InRelease\n  Temporary failure resolving 'm.example'", "is there a network"],
  ["E: You don't have enough free space in /var/cache/apt/archives/.", "the disk is full"],
  ["E: Could not get lock /var/lib/dpkg/lock-frontend.", "Another apt or dpkg is running"],
  [
    "E: Unable to locate package mmdebstrap",
    "E: Unable to locate package mmdebstrap\nInstall them yourself: apt-get install mmdebstrap",
  ],
])("what apt says is explained: %s", (said, explained) => {
  expect(explainApt(said, ["mmdebstrap"])).toContain(explained);
});
