/** How an engine's command is ended. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { engineImages } from "../../../src/systems/images/engine.ts";

test("a load whose archive fails may clear up after itself", async () => {
  const directory = mkdtempSync(join(tmpdir(), "stowage-load-"));
  const [program, copy, read] = ["program", "copy", "read"].map((name) => join(directory, name));
  // As podman does it: a copy first, and a signal leaves it.
  writeFileSync(`${program}`, `cat >${copy}\ncp ${copy} ${read}\nrm ${copy}\nexit 1\n`);
  const { load } = engineImages({ engine: "podman", user: "alice" }, async () => ["sh", `${program}`]);
  async function* archive() {
    yield Buffer.from("half");
    while (!existsSync(`${copy}`)) await new Promise((resume) => setTimeout(resume, 10));
    throw new Error("its maker failed");
  }
  await expect(load(archive())).rejects.toThrow("its maker failed");
  expect(existsSync(`${copy}`)).toBe(false);
  expect(readFileSync(`${read}`, "utf8")).toBe("half");
});
