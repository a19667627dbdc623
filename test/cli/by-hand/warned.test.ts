/** `update NAME`: its definition is evaluated once, whatever is to be locked anew. */
import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Session } from "../../../src/cli/session.ts";
import { compileConfig, graftMade } from "../../../src/compile/index.ts";
import { StowageError } from "../../../src/error.ts";
import { setCurrentGeneration, writeGeneration } from "../../../src/store/generations.ts";
import { defaultLayout, type Layout, madeDir, madeFile } from "../../../src/store/layout.ts";
import { hostConfig, lock } from "../../compile/config.ts";
import { World } from "../world.ts";

// Tests share their modules: what others have loaded has none of these mocks, and is to have none afterwards.
const here = vi.hoisted(() => {
  vi.resetModules();
  return { places: {} as object };
});
afterAll(() => void vi.resetModules());
vi.mock("../../../src/cli/alone.ts", () => ({
  whileAlone: (session: Session, verb: string, _flags: unknown, work: (alone: unknown) => unknown) => {
    Object.assign(session.layout, here.places);
    return work({ session, verb, log: null, ifInterrupted: () => undefined });
  },
}));
// What comes after it is of no interest.
vi.mock("../../../src/cli/pipeline.ts", async (original) => ({
  ...(await original<object>()),
  generationMeant: async () => {
    throw new StowageError({ code: "far-enough", message: "far enough" });
  },
}));

const text = `import { defineHost } from "stowage";
export default defineHost({ warnings: ["mind this"], containers: { web: { path: "/srv/web" } } });
`;
let world: World;
let layout: Layout;
beforeEach(() => {
  world = new World();
  here.places = { etc: `${world.directory}/etc`, run: `${world.directory}/run` };
  layout = { ...defaultLayout, ...here.places, state: `${world.directory}/state` };
  mkdirSync(madeDir(layout), { recursive: true });
  writeFileSync(madeFile(layout, "web"), text);
  const made = graftMade(defaultLayout, compileConfig(hostConfig({}), lock, defaultLayout), {
    name: "web",
    generation: compileConfig(hostConfig({ web: { config: {} } }), lock, defaultLayout),
    definition: text,
  });
  setCurrentGeneration(layout, writeGeneration(layout, made));
});
afterEach(() => world.end());

test("a warning is told once, and of the file that there is", async () => {
  const { err } = await world.run("update", "web");
  expect(err).toContain("error[far-enough]");
  expect(err.match(/mind this/g)).toHaveLength(1);
  expect(err).toContain(madeFile(layout, "web"));
  expect(err).not.toContain("/making/");
});
