import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeAbandoned } from "../../src/host/abandoned.ts";

test("what a process that is no more was writing goes; that of one that runs, and all else, stays", () => {
  const directory = mkdtempSync(join(tmpdir(), "stowage-abandoned-"));
  try {
    const { pid } = spawnSync("true");
    const stay = ["a.mjs", "b.json", `c.json.${process.pid}`, "d.12x"];
    for (const name of [...stay, `a.mjs.${pid}`]) writeFileSync(join(directory, name), "");
    removeAbandoned(directory);
    expect(readdirSync(directory).sort()).toEqual(stay.sort());
    removeAbandoned(join(directory, "nowhere"));
  } finally {
    rmSync(directory, { recursive: true });
  }
});
