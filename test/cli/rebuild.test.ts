/** What is built before a rollback: what the generation to come back has, and the machine has no more. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nothing } from "../../src/apply/journal.ts";
import { rebuild } from "../../src/cli/pipeline.ts";
import { sessionOf } from "../../src/cli/session.ts";
import type { StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { container } from "./world.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-rebuild-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test("a flake whose profile was made from another one since is built again", async () => {
  // So that nothing is built on the machine that tests run on: not root, who alone may build flakes.
  const out = { write: () => undefined };
  const io = { stdout: out, stderr: out, stdin: {}, env: {}, cwd: () => place, geteuid: () => 1234 };
  const session = { ...sessionOf(io, { color: false }), layout: { ...defaultLayout, state: join(place, "state") } };
  mkdirSync(join(place, "state/flakes"), { recursive: true });
  writeFileSync(join(place, "state/flakes/web"), "github:a/two\n");
  const web = container("web", { flake: "github:a/one", path: "/nix/profile" });
  const built = rebuild(session, { ...nothing, containers: { web } }, () => undefined);
  expect(await built.catch(({ problems }: StowageError) => problems[0]?.code)).toBe("needs-root");
  expect(await rebuild(session, nothing, () => undefined)).toEqual([]);
});
