/** What a create that failed, or was killed, leaves: what was there before, and nothing else. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { nothing, removeJournal, writeJournal } from "../../../src/apply/journal.ts";
import type { Alone } from "../../../src/cli/alone.ts";
import { interruptedWords, nameFor } from "../../../src/cli/by-hand/making.ts";
import { requireSettled } from "../../../src/cli/by-hand/settled.ts";
import { finishOthers, noteUnfinished, undone } from "../../../src/cli/by-hand/unfinished.ts";
import type { Session } from "../../../src/cli/session.ts";
import type { Generation } from "../../../src/compile/index.ts";
import { StowageError } from "../../../src/error.ts";
import {
  activeGeneration,
  listGenerations,
  removeGeneration,
  setCurrentGeneration,
  writeGeneration,
} from "../../../src/store/generations.ts";
import { containerDir, type Layout, unfinishedFile } from "../../../src/store/layout.ts";

// Tests share their modules: what others have loaded has none of these mocks, and is to have none afterwards.
const did = vi.hoisted(() => {
  vi.resetModules();
  return [] as string[];
});
afterAll(() => void vi.resetModules());
vi.mock("../../../src/cli/pipeline.ts", () => ({
  rebuild: async () => undefined,
  planFor: async ({ layout }: { layout: Layout }, next: Generation, stored?: number) => {
    did.push(`to ${stored ?? "nothing"}`);
    return { plan: { blocked: [] }, layout, next, stored };
  },
  carryOut: async ({ layout, next, stored }: { layout: Layout; next: Generation; stored?: number }) => {
    setCurrentGeneration(layout, stored ?? writeGeneration(layout, next));
    removeJournal(layout);
    return { rows: [] };
  },
}));
const active = vi.hoisted(() => ({ state: "inactive" }));
vi.mock("../../../src/cli/systemd.ts", () => ({
  systemdOf: () => ({
    activity: async (units: readonly string[]) =>
      Object.fromEntries(units.map((unit) => [unit, { active: active.state }])),
  }),
}));
vi.mock("../../../src/cli/begun.ts", () => ({
  begin: async ({ verb }: Alone, words: string) => void did.push(`${verb} begins: ${words}`),
}));

let directory: string;
let layout: Layout;
let session: Session;
let told: string[];
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/stowage-unfinished-`);
  const at = (name: string) => `${directory}/${name}`;
  layout = { state: at("state"), etc: at("etc"), run: at("run"), units: at("units"), cache: at("cache") };
  told = [];
  const io = { stderr: { write: (text: string) => told.push(text) } };
  const paintErr = { red: String, yellow: String };
  session = { layout, io, paintErr, tell: (text: string) => told.push(text) } as unknown as Session;
  did.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Each is another one by what is noted beside it. */
const keep = (more: Partial<Generation> = {}): number => writeGeneration(layout, { ...nothing, ...more });
const current = (more: Partial<Generation> = {}): number => {
  const number = keep(more);
  setCurrentGeneration(layout, number);
  return number;
};
const note = () => noteUnfinished(layout, { verb: "create", name: "foo", unit: null });
const cutShort = (from: number[], to: number, pending: string[] | null = null) =>
  writeJournal(layout, { from, to, pending });

describe("a create that fails", () => {
  test("before anything was done: generations newer than the machine's stay", async () => {
    for (let number = 1; number <= 7; number++) current();
    setCurrentGeneration(layout, 3);
    await undone(session, note());
    expect([listGenerations(layout), activeGeneration(layout), did]).toStrictEqual([[1, 2, 3, 4, 5, 6, 7], 3, []]);
    expect(existsSync(unfinishedFile(layout))).toBe(false);
  });

  test("after it was made current: its own generation goes, and no other", async () => {
    for (let number = 1; number <= 7; number++) current();
    setCurrentGeneration(layout, 3);
    const unfinished = note();
    current();
    mkdirSync(containerDir(layout, "foo"), { recursive: true });
    await undone(session, unfinished);
    expect([listGenerations(layout), activeGeneration(layout), did]).toStrictEqual([
      [1, 2, 3, 4, 5, 6, 7],
      3,
      ["to 3"],
    ]);
    expect(existsSync(containerDir(layout, "foo"))).toBe(false);
  });

  test("a change of somebody else's that was cut short is not gone back on", async () => {
    current();
    keep();
    cutShort([1], 2);
    await undone(session, note());
    expect([did, listGenerations(layout)]).toStrictEqual([[], [1, 2]]);
    expect(existsSync(`${layout.state}/switch.json`)).toBe(true);
  });

  test("killed while it went back: that is gone on with", async () => {
    current();
    const unfinished = note();
    keep();
    cutShort([1, 2], 1);
    await undone(session, unfinished);
    expect([did, listGenerations(layout)]).toStrictEqual([["to 1"], [1]]);
  });

  test("a note of a former version: what is whose is not known, and all is kept", async () => {
    current();
    keep();
    const { newest: _newest, hadGenerations: _generations, hadFormat: _format, ...former } = note();
    await undone(session, former);
    expect(listGenerations(layout)).toStrictEqual([1, 2]);
  });
});

describe("the first create of a machine that fails", () => {
  test("before anything was done: not even the state directory is there", async () => {
    await undone(session, note());
    expect(existsSync(layout.state)).toBe(false);
  });

  test("after it was made current: no generation is left, no link, no format", async () => {
    const unfinished = note();
    current();
    mkdirSync(containerDir(layout, "foo"), { recursive: true });
    await undone(session, unfinished);
    expect(did).toStrictEqual(["to nothing"]);
    expect(existsSync(layout.state)).toBe(false);
  });

  test("what was there before stays, and what was built, with what says how to read it", async () => {
    const unfinished = note();
    mkdirSync(`${layout.state}/store`);
    current();
    await undone(session, unfinished);
    expect(existsSync(`${layout.state}/generations`)).toBe(false);
    expect(existsSync(`${layout.state}/format`)).toBe(true);
    rmSync(`${layout.state}/store`, { recursive: true });
    mkdirSync(`${layout.state}/generations/1`, { recursive: true });
    await undone(session, note());
    expect([existsSync(`${layout.state}/generations/1`), existsSync(`${layout.state}/format`)]).toStrictEqual([
      true,
      true,
    ]);
  });
});

describe("the next change", () => {
  test("undoes what was begun in a scope of its own, with true words where it is interrupted", async () => {
    current();
    note();
    current();
    const said: string[] = [];
    const alone: Alone = { session, verb: "switch", log: null, ifInterrupted: (words) => said.push(words) };
    await finishOthers(alone);
    expect(did).toStrictEqual(["switch begins: undoing create foo, which was cut short", "to 1"]);
    expect(said).toStrictEqual([
      "what `stowage create foo` has left is still there in part: the next change goes on with it",
      "nothing on this machine was changed, but for what `stowage create foo` had left",
    ]);
    expect(told).toStrictEqual(["stowage create foo was cut short: undoing it\n"]);
    await finishOthers(alone);
    expect(said).toHaveLength(2);
  });

  test("has no scope where nothing was begun", async () => {
    current();
    note();
    await finishOthers({ session, verb: "switch", log: null, ifInterrupted: () => undefined });
    expect(did).toStrictEqual([]);
    expect(existsSync(unfinishedFile(layout))).toBe(false);
  });
});

test.each(["active", "reloading", "maintenance"])(
  "a destroy that was cut short removes nothing of a container that is %s, and is noted until then",
  async (state) => {
    const { name } = noteUnfinished(layout, { verb: "destroy", name: "foo", unit: "container@foo.service" });
    current();
    mkdirSync(containerDir(layout, name), { recursive: true });
    const alone: Alone = { session, verb: "switch", log: null, ifInterrupted: () => undefined };
    active.state = state;
    await finishOthers(alone);
    expect([existsSync(containerDir(layout, name)), existsSync(unfinishedFile(layout))]).toEqual([true, true]);
    expect(told.join("")).toContain(`container@foo.service is ${state}`);
    active.state = "inactive";
    await finishOthers(alone);
    expect([existsSync(containerDir(layout, name)), existsSync(unfinishedFile(layout))]).toEqual([false, false]);
  },
);

describe("a machine on which a change was cut short", () => {
  const problem = (verb: "create" | "update" | "destroy", name: string) => {
    try {
      requireSettled(layout, verb, [name]);
    } catch (error) {
      const [one] = (error as StowageError).problems;
      return `${one?.code}: ${one?.hint}`;
    }
    return null;
  };

  test("is not changed by hand: with what goes on, and what goes back", () => {
    current();
    keep();
    expect(problem("create", "foo")).toBeNull();
    cutShort([1], 2);
    for (const verb of ["create", "update", "destroy"] as const)
      expect(problem(verb, "foo")).toBe(
        "cut-short: `stowage switch` goes on to what host.ts says, `stowage rollback 1` goes back to what was before",
      );
    // What came to its end, but for jobs; and what is the machine's.
    cutShort([1], 2, ["container@web.service"]);
    expect(problem("create", "foo")).toBeNull();
    cutShort([2], 1);
    expect(problem("create", "foo")).toBeNull();
  });

  test("but by the very change that was", () => {
    current();
    keep({ byHand: { verb: "destroy", name: "foo" } });
    cutShort([1], 2);
    expect(problem("destroy", "foo")).toBeNull();
    expect(problem("destroy", "bar")).toMatch(/^cut-short: `stowage destroy foo` goes on with it, /);
    expect(problem("update", "foo")).toMatch(/^cut-short/);
  });

  test("also before its first generation, and where the next one is not whole", () => {
    keep();
    cutShort([], 1);
    expect(problem("create", "foo")).toMatch(/`stowage uninstall` takes away what there is$/);
    removeGeneration(layout, 1);
    expect(problem("create", "foo")).toMatch(/^cut-short/);
  });
});

test("a name that a number makes too long is refused as any other", () => {
  const base = "a".repeat(62);
  expect(nameFor(layout, base, "system", false)).toBe(base);
  expect(() => nameFor(layout, base, "system", true)).toThrow(StowageError);
  expect(nameFor(layout, base, "oci", true)).toBe(`${base}-0`);
});

test("an update has no note: nothing is undone, and nothing of the kind is said", () => {
  expect(interruptedWords("create", "foo")).toContain("first undoes what there is of foo");
  expect(interruptedWords("update", "foo")).toBe("the same command goes on where this one stopped");
});

test("the note is what undoing needs", () => {
  current();
  note();
  expect(JSON.parse(readFileSync(unfinishedFile(layout), "utf8"))).toStrictEqual({
    format: 1,
    verb: "create",
    name: "foo",
    unit: null,
    active: 1,
    current: 1,
    newest: 1,
    hadState: false,
    hadProfile: false,
    hadGenerations: true,
    hadFormat: true,
  });
});
