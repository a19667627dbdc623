/** `update NAME` of a definition that its owner edits while packages are fetched and systems are built. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Session } from "../../../src/cli/session.ts";
import { compileConfig, type Generation, graftMade } from "../../../src/compile/index.ts";
import { setCurrentGeneration, writeGeneration } from "../../../src/store/generations.ts";
import { defaultLayout, type Layout, madeDir, madeFile } from "../../../src/store/layout.ts";
import { hostConfig, lock } from "../../compile/config.ts";
import { World } from "../world.ts";

// Tests share their modules: what others have loaded has none of these mocks, and is to have none afterwards.
const during = vi.hoisted(() => {
  vi.resetModules();
  return { build: (): void => undefined, planned: 0, places: {} as object };
});
afterAll(() => void vi.resetModules());
vi.mock("../../../src/cli/alone.ts", () => ({
  whileAlone: (session: Session, verb: string, _flags: unknown, work: (alone: unknown) => unknown) => {
    Object.assign(session.layout, during.places);
    return work({ session, verb, log: null, ifInterrupted: () => undefined });
  },
}));
vi.mock("../../../src/cli/shown.ts", async (original) => ({
  ...(await original<object>()),
  carriedOut: async (_alone: unknown, _flags: unknown, { prepare }: { prepare: (on: unknown) => Promise<void> }) => {
    await prepare(() => undefined);
    return { exitCode: 0, document: { generation: 2, steps: [] } };
  },
}));
vi.mock("../../../src/cli/by-hand/compiled.ts", async (original) => ({
  ...(await original<object>()),
  compileMade: async () => ({ containers: {} }),
}));
vi.mock("../../../src/cli/pipeline.ts", async (original) => ({
  ...(await original<object>()),
  build: async () => during.build(),
}));
vi.mock("../../../src/cli/change-made.ts", () => ({
  planByHand: async () => {
    during.planned++;
  },
}));

const text = 'import { defineHost } from "stowage";\n\nexport default defineHost({ containers: { web: {} } });\n';
let world: World;
let file: string;
beforeEach(() => {
  world = new World();
  during.places = { etc: `${world.directory}/etc`, run: `${world.directory}/run` };
  during.planned = 0;
  const layout: Layout = { ...defaultLayout, ...during.places, state: `${world.directory}/state` };
  file = madeFile(layout, "web");
  mkdirSync(madeDir(layout), { recursive: true });
  writeFileSync(file, text);
  const made = graftMade(defaultLayout, compileConfig(hostConfig({}), lock, defaultLayout), {
    name: "web",
    generation: compileConfig(hostConfig({ web: { config: {} } }), lock, defaultLayout),
    definition: text,
  });
  const files = { ...made.files, [file]: made.files[madeFile(defaultLayout, "web")]! };
  const here: Generation = { ...made, files };
  setCurrentGeneration(layout, writeGeneration(layout, here));
});
afterEach(() => world.end());

const update = () => world.run("update", "web", "--locked");

test("what its owner wrote meanwhile is not written over: nothing is planned", async () => {
  during.build = () => writeFileSync(file, `${text}// mine\n`);
  const { code, err } = await update();
  expect([code, err]).toStrictEqual([1, expect.stringContaining(`error[edited-meanwhile]: ${file} was edited`)]);
  expect(readFileSync(file, "utf8")).toBe(`${text}// mine\n`);
  expect(during.planned).toBe(0);
});

test("so of one that was removed meanwhile, or came back", async () => {
  during.build = () => rmSync(file);
  expect((await update()).err).toContain("edited-meanwhile");
  expect(existsSync(file)).toBe(false);
  during.build = () => writeFileSync(file, "// mine\n");
  expect((await update()).err).toContain("edited-meanwhile");
  expect(during.planned).toBe(0);
});

test("one that nobody touched is planned, also where it was removed before", async () => {
  during.build = () => undefined;
  expect((await update()).code).toBe(0);
  rmSync(file);
  expect((await update()).code).toBe(0);
  expect(during.planned).toBe(2);
});
