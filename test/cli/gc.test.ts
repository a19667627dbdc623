/** stowage gc, as far as it comes before anything is removed. */
import { existsSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { container, World } from "./world.ts";

// The machine that tests run on may have no systemd.
vi.mock("../../src/cli/alone.ts", () => ({
  whileRemoving: (session: unknown, verb: string, _flags: unknown, work: (alone: unknown) => Promise<unknown>) =>
    work({ session, verb, log: null, ifInterrupted: () => undefined }),
}));

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

test("a kept generation that is damaged ends it, and how to forget that one is said", async () => {
  for (const name of ["a", "b", "c"]) world.containers(container(name));
  const file = `${world.directory}/state/generations/2/generation.json`;
  writeFileSync(file, "{");
  const { code, out, err } = await world.run("gc");
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("generations/2/generation.json cannot be read as a generation");
  expect(err).toContain(`remove ${file}, and it is forgotten`);
  expect(existsSync(`${world.directory}/state/generations/1/generation.json`)).toBe(true);
  // One that is forgotten anyway is not read.
  expect((await world.run("gc", "--keep", "1", "--dry-run")).out).toBe("generation 1\ngeneration 2\n");
});

test("the current one is not to be removed by hand", async () => {
  world.containers(container("a"));
  writeFileSync(`${world.directory}/state/generations/1/generation.json`, "{");
  const { code, err } = await world.run("gc");
  expect(code).toBe(1);
  expect(err).not.toContain("is forgotten");
});
