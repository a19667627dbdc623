import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loginShell } from "../../src/cli/commands/shell.ts";

let dir: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(`${tmpdir()}/stowage-shell-`));
  writeFileSync(`${dir}/shell`, '#!/bin/sh\necho "$PWD $*"\n');
  chmodSync(`${dir}/shell`, 0o755);
});
afterEach(() => rmSync(dir, { recursive: true }));

test.each([
  ["a home", () => dir, () => dir],
  ["a home that is not there", () => `${dir}/none`, () => "/"],
  ["no home", () => "", () => "/"],
])("the login shell of a user with %s", (_, home, where) => {
  const [program = "", ...rest] = loginShell;
  const { stdout, stderr, status } = spawnSync(program, rest, {
    cwd: "/usr",
    env: { PATH: process.env.PATH, HOME: home(), SHELL: `${dir}/shell` },
    encoding: "utf8",
  });
  expect({ stdout, stderr, status }).toEqual({ stdout: `${where()} -l\n`, stderr: "", status: 0 });
});
