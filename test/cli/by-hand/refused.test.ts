/** The verbs themselves: refused before anything is noted, and known by their exit code. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { writeJournal } from "../../../src/apply/journal.ts";
import type { Alone } from "../../../src/cli/alone.ts";
import { generationsOf } from "../../../src/cli/by-hand/free.ts";
import { emit } from "../../../src/cli/report/events.ts";
import type { Session } from "../../../src/cli/session.ts";
import { compileConfig, type Generation, graftMade } from "../../../src/compile/index.ts";
import { StowageError } from "../../../src/error.ts";
import { setActiveGeneration, setCurrentGeneration, writeGeneration } from "../../../src/store/generations.ts";
import { defaultLayout, type Layout, madeDir, madeFile, unfinishedFile } from "../../../src/store/layout.ts";
import { hostConfig, lock } from "../../compile/config.ts";
import { World } from "../world.ts";

// Tests share their modules: what others have loaded has none of these mocks, and is to have none afterwards.
const said = vi.hoisted(() => {
  vi.resetModules();
  return { ends: [] as unknown[], places: {} as object, isStuck: false };
});
afterAll(() => void vi.resetModules());
vi.mock("../../../src/cli/alone.ts", () => ({
  whileAlone: async (session: Session, verb: string, _flags: unknown, work: (alone: Alone) => Promise<unknown>) => {
    Object.assign(session.layout, said.places);
    const result = await work({ session, verb, log: null, ifInterrupted: () => undefined });
    said.ends.push(result);
    return result;
  },
}));
// What did not come up.
vi.mock("../../../src/cli/shown.ts", async (original) => ({
  ...(await original<object>()),
  carriedOut: async ({ session, verb }: Alone) => {
    emit(session, { event: "begun", verb, scope: null });
    return {
      exitCode: 4,
      document: { plan: null, generation: 2, steps: [{ step: "start container@foo.service", outcome: "failed" }] },
    };
  },
}));
vi.mock("../../../src/apply/remove-state.ts", async (original) => ({
  ...(await original<object>()),
  removeState: async () => {
    if (said.isStuck) throw new StowageError({ code: "busy", message: "something is still mounted" });
    return [];
  },
}));

const text = 'import { defineHost } from "stowage";\n\nexport default defineHost({ containers: { web: {} } });\n';
let world: World;
let layout: Layout;
beforeEach(() => {
  world = new World();
  said.places = { etc: `${world.directory}/etc`, run: `${world.directory}/run` };
  said.ends.length = 0;
  said.isStuck = false;
  layout = { ...defaultLayout, ...said.places, state: `${world.directory}/state` };
  const generation = compileConfig(hostConfig({ web: { config: {} } }), lock, defaultLayout);
  const made: Generation = graftMade(defaultLayout, compileConfig(hostConfig({}), lock, defaultLayout), {
    name: "web",
    generation,
    definition: text,
  });
  mkdirSync(madeDir(layout), { recursive: true });
  writeFileSync(madeFile(layout, "web"), text);
  setCurrentGeneration(layout, writeGeneration(layout, made));
});
afterEach(() => world.end());

test.each([
  ["create", "foo"],
  ["update", "web"],
  ["destroy", "web"],
])("%s: not on a machine on which a change was cut short", async (verb, name) => {
  writeJournal(layout, {
    from: [1],
    to: writeGeneration(layout, compileConfig(hostConfig({}), lock, defaultLayout)),
    pending: null,
  });
  const { code, err } = await world.run(verb, name);
  expect([code, err]).toStrictEqual([1, expect.stringContaining("error[cut-short]: a change to generation 2")]);
  expect(existsSync(unfinishedFile(layout))).toBe(false);
});

test("an update that did not come up has not come to its end", async () => {
  const { code } = await world.run("update", "web", "--locked");
  expect([code, said.ends]).toStrictEqual([4, [4]]);
});

test.each([
  ["create", "foo", []],
  ["create", "foo", ["--verbose"]],
  ["destroy", "web", []],
] as const)("%s --events: what is done is told before what became of it", async (verb, name, more) => {
  const { out, err } = await world.run(verb, "--events", ...more, name);
  const events = out.trimEnd().split("\n");
  expect(events.map((line) => JSON.parse(line).event)).toStrictEqual(["begun", "result"]);
  expect(err).not.toContain('{"event"');
});

test("destroy: a name that any object has a property of is nobody's", async () => {
  const { code, err } = await world.run("destroy", "constructor");
  expect([code, err]).toStrictEqual([0, "constructor: there is no such container\n"]);
});

test("what the machine has is one generation where the next boot has it too", () => {
  expect(generationsOf(layout)).toHaveLength(1);
  writeGeneration(layout, compileConfig(hostConfig({}), lock, defaultLayout));
  setActiveGeneration(layout, 2);
  expect(generationsOf(layout)).toHaveLength(2);
});

test("create: what did not come up is said to be removed once it is, and not where it could not be", async () => {
  const removed = await world.run("create", "--json", "foo");
  expect([removed.code, removed.err]).toStrictEqual([4, "container foo did not come up, and is removed again\n"]);
  expect(JSON.parse(removed.out).generation).toBeNull();
  said.isStuck = true;
  const { code, out, err } = await world.run("create", "--json", "foo");
  expect([code, JSON.parse(out).generation]).toStrictEqual([4, 1]);
  expect(err).toMatch(
    /something is still mounted\n(.*\n)*container foo did not come up, and could not be removed again/,
  );
  expect(existsSync(unfinishedFile(layout))).toBe(true);
});
