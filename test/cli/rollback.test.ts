/** stowage rollback, as far as it comes before anything is changed. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { container, World } from "./world.ts";

// The machine that tests run on may have no systemd.
vi.mock("../../src/cli/alone.ts", () => ({
  whileAlone: (session: unknown, verb: string, _flags: unknown, work: (alone: unknown) => Promise<unknown>) =>
    work({ session, verb, log: null, ifInterrupted: () => undefined }),
}));
vi.mock("../../src/cli/shown.ts", () => ({ carryOutShown: () => Promise.reject(new Error("it was carried out")) }));

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

test("to a generation with a system of the user's own that is gone: said before anything is stopped", async () => {
  world.containers(container("web", { path: "/nonexistent/tree" }));
  world.containers(container("web", { path: "/nonexistent/other" }));
  const { code, out, err } = await world.run("rollback");
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain(
    "error[no-system-at-path]: container web has no system at its path: /nonexistent/tree does not exist",
  );
});
