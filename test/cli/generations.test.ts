import { rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Generation } from "../../src/compile/generation.ts";
import {
  currentGeneration,
  formerGeneration,
  markTested,
  setActiveGeneration,
  setCurrentGeneration,
  switchedAt,
  writeGeneration,
} from "../../src/store/generations.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { container, World } from "./world.ts";

let world: World;
let layout: Layout;
beforeEach(() => {
  world = new World();
  layout = { ...defaultLayout, state: `${world.directory}/state` };
});
afterEach(() => world.end());

const generation = (id: string, ...names: string[]): Generation => ({
  format: 1,
  id: id.repeat(32),
  units: {},
  unitLinks: {},
  files: {},
  hosts: [],
  ports: [],
  containers: Object.fromEntries(names.map((name) => [name, container(name)])),
  systems: {},
});

describe("the former generation", () => {
  test("is the newest below the current one that has been current", () => {
    expect(formerGeneration(layout)).toBeNull();
    setCurrentGeneration(layout, writeGeneration(layout, generation("a")));
    expect(formerGeneration(layout)).toBeNull();
    // A switch to it was cut short before it was current.
    writeGeneration(layout, generation("b"));
    setCurrentGeneration(layout, writeGeneration(layout, generation("c")));
    expect([currentGeneration(layout), formerGeneration(layout)]).toEqual([3, 1]);
    expect([1, 2, 3].map((number) => switchedAt(layout, number) === null)).toEqual([false, true, false]);
  });

  test("after a rollback it is one before that", () => {
    for (const id of ["a", "b", "c"]) setCurrentGeneration(layout, writeGeneration(layout, generation(id)));
    setCurrentGeneration(layout, 2);
    expect(formerGeneration(layout)).toBe(1);
  });
});

describe("generations", () => {
  test("nothing before the first switch", async () => {
    expect(await world.run("generations")).toEqual({ code: 0, out: "", err: "" });
    expect((await world.run("generations", "--json")).out).toBe("[]\n");
  });

  test("a line for each: when it became current, what is in it", async () => {
    setCurrentGeneration(layout, writeGeneration(layout, generation("a", "web", "db")));
    writeGeneration(layout, generation("b", "a", "b", "c", "d", "e", "f", "g"));
    writeGeneration(layout, generation("c"));
    writeFileSync(`${layout.state}/generations/1/switched`, "2026-11-22T05:04:03.000Z\n");
    writeFileSync(`${layout.state}/generations/3/generation.json`, "{");
    const rows = (await world.run("generations")).out.split("\n").map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([
      ["NUMBER", "SWITCHED", "ID", "STATE", "CONTAINERS"],
      ["1", expect.stringMatching(/^2026-11-2\d \d\d:\d\d:03$/), "aaaaaaaa", "current", "web, db"],
      ["2", "never", "bbbbbbbb", "a, b, c, d, e and 2 more"],
      ["3", "never", "damaged", "-"],
      [""],
    ]);
    expect(JSON.parse((await world.run("generations", "--json")).out)[0]).toEqual({
      number: 1,
      current: true,
      active: true,
      switchedAt: "2026-11-22T05:04:03.000Z",
      testedAt: null,
      id: "a".repeat(32),
      containers: ["web", "db"],
      asIn: {},
      byHand: null,
      declaredIn: null,
    });
  });

  test("which containers were rolled back by themselves, where any were", async () => {
    setCurrentGeneration(layout, writeGeneration(layout, generation("a", "web", "db")));
    const made: Generation = { ...generation("b", "web", "db"), asIn: { web: 1, db: 7 } };
    setCurrentGeneration(layout, writeGeneration(layout, made));
    const rows = (await world.run("generations")).out.split("\n").map((line) => line.split(/ {2,}/).at(-1));
    expect(rows).toEqual(["MADE BY", "web, db", "web as in 1, db as in 7", ""]);
    expect(JSON.parse((await world.run("generations", "--json")).out)[1].asIn).toEqual({ web: 1, db: 7 });
  });

  test("what the machine has, and what the next boot has, where those differ", async () => {
    setCurrentGeneration(layout, writeGeneration(layout, generation("a")));
    const tested = writeGeneration(layout, generation("b"));
    markTested(layout, tested);
    setActiveGeneration(layout, tested);
    const rows = (await world.run("generations")).out.split("\n").map((line) => line.split(/ {2,}/));
    expect(rows.slice(1, -1).map((row) => [row[0], row[3]])).toEqual([
      ["1", "next boot"],
      ["2", "active"],
    ]);
    expect(rows[2]?.[1]).toBe("tested only");
  });

  test("damaged ones are told from whole ones, and end nothing", async () => {
    const whole = generation("a", "web");
    const unit = { name: "a.service", sections: {} };
    const wrong: readonly object[] = [
      { ...whole, units: [] },
      { ...whole, units: { "b.service": unit } },
      { ...whole, units: { "a.service": { ...unit, sections: { Unit: "x" } } } },
      { ...whole, containers: { web: null } },
      { ...whole, containers: { web: { ...whole.containers.web, companions: "x" } } },
      { ...whole, containers: { db: whole.containers.web } },
      { ...whole, files: { "/x": { text: 7, mode: "0644" } } },
      { ...whole, systems: { x: {} } },
      { ...whole, hosts: [{ address: "10.0.0.1" }] },
      { ...whole, asIn: { web: "x" } },
      { ...whole, format: 2 },
      { ...whole, id: 7 },
      [],
    ];
    for (const value of wrong) {
      const number = writeGeneration(layout, whole);
      writeFileSync(`${layout.state}/generations/${number}/generation.json`, JSON.stringify(value));
    }
    setCurrentGeneration(layout, writeGeneration(layout, { ...whole, units: { "a.service": unit } } as Generation));
    writeFileSync(`${layout.state}/generations/${wrong.length + 1}/switched`, "not a time\n");
    const { code, out } = await world.run("generations", "--json");
    expect(code).toBe(0);
    const ids = (JSON.parse(out) as { id: string | null }[]).map(({ id }) => id);
    expect(ids).toEqual([...wrong.map(() => null), whole.id]);
    expect((await world.run("generations")).out).toMatch(/20\d\d-\d\d-\d\d \d\d:\d\d:\d\d/);
  });

  test("that the current one is gone is said", async () => {
    setCurrentGeneration(layout, writeGeneration(layout, generation("a")));
    rmSync(`${layout.state}/generations/1/generation.json`);
    const { code, out, err } = await world.run("generations");
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toBe("generation 1, which this machine is to have, is gone\n");
  });

  test("only root sees them: they hold the texts of containers' files", async () => {
    world.uid = 1000;
    expect((await world.run("generations")).code).toBe(77);
  });

  test("one that was removed is not listed, and its number not used again", async () => {
    setCurrentGeneration(layout, writeGeneration(layout, generation("a")));
    setCurrentGeneration(layout, writeGeneration(layout, generation("b")));
    rmSync(`${layout.state}/generations/1/generation.json`);
    expect(JSON.parse((await world.run("generations", "--json")).out)).toHaveLength(1);
    expect(writeGeneration(layout, generation("c"))).toBe(3);
  });
});
