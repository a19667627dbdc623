/** `boot` and `test` up to where the machine comes in, and what is said where a boot did not bring what it should have. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { nothing, writeJournal } from "../../src/apply/journal.ts";
import { giveNextBoot } from "../../src/apply/next-boot.ts";
import type { Session } from "../../src/cli/session.ts";
import { tellStranded } from "../../src/cli/stranded.ts";
import type { Generation } from "../../src/compile/generation.ts";
import { bootId } from "../../src/host/boot-id.ts";
import {
  activeGeneration,
  currentGeneration,
  setActiveGeneration,
  setCurrentGeneration,
  writeGeneration,
} from "../../src/store/generations.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { container, World } from "./world.ts";

const machine = vi.hoisted(() => ({
  units: "",
  /** What host.ts means. */
  next: null as unknown,
  stored: undefined as number | undefined,
  blocked: [] as unknown[],
  built: 0,
  wanted: [] as unknown[],
}));
vi.mock("../../src/cli/alone.ts", () => ({
  whileAlone: (
    session: { layout: object },
    verb: string,
    _flags: unknown,
    work: (alone: unknown) => Promise<unknown>,
  ) => {
    Object.assign(session.layout, { units: machine.units });
    return work({ session, verb, log: { line: () => undefined }, ifInterrupted: () => undefined });
  },
}));
vi.mock("../../src/cli/pipeline.ts", () => ({
  generationHere: async () => machine.next,
  build: async () => void machine.built++,
  planFor: async (_session: unknown, next: unknown, stored: unknown, wanted: unknown) => {
    machine.wanted.push([stored, wanted]);
    return {
      plan: { current: null, next, steps: [], blocked: machine.blocked },
      machine: { leftBehind: [], ...(machine.stored !== undefined && { stored: machine.stored }) },
    };
  },
}));
vi.mock("../../src/cli/shown.ts", () => ({
  printDocument: (session: Session, flags: { json?: boolean }, { document }: { document: unknown }) =>
    flags.json ? session.print(JSON.stringify(document)) : undefined,
  planAndCarryOut: async (
    _alone: unknown,
    _flags: unknown,
    { prepare }: { prepare(on: unknown): Promise<unknown> },
  ) => {
    await prepare(() => undefined);
    return 0;
  },
}));

let world: World;
let layout: Layout;
beforeEach(() => {
  world = new World();
  machine.units = `${world.directory}/units`;
  layout = { ...defaultLayout, state: `${world.directory}/state`, units: machine.units };
  mkdirSync(machine.units);
  writeFileSync(`${world.directory}/host.ts`, "");
  Object.assign(machine, { next: two, stored: undefined, blocked: [], built: 0, wanted: [] });
  setCurrentGeneration(layout, writeGeneration(layout, one));
});
afterEach(() => world.end());

const generation = (id: string): Generation => ({ ...nothing, id: id.repeat(32) });
const [one, two] = [generation("a"), generation("b")];
const pointers = () => [currentGeneration(layout), activeGeneration(layout)];

describe("boot", () => {
  test("says which generation comes when; the second time it says nothing", async () => {
    expect((await world.run("boot")).out).toBe(
      "generation 2 is what the next boot has; until then the machine keeps generation 1\n",
    );
    expect([pointers(), machine.built]).toEqual([[2, 1], 1]);
    machine.stored = 2;
    expect(await world.run("boot")).toEqual({ code: 0, out: "", err: "" });
    expect(pointers()).toEqual([2, 1]);
    machine.next = one;
    machine.stored = undefined;
    expect((await world.run("boot")).out).toBe("generation 1 is what the next boot has; the machine has it\n");
    expect(pointers()).toEqual([1, 1]);
  });

  test("of what the machine has anyway: nothing", async () => {
    machine.next = one;
    machine.stored = 1;
    expect(await world.run("boot")).toEqual({ code: 0, out: "", err: "" });
    expect(pointers()).toEqual([1, 1]);
  });

  test("of what a change that was cut short has made half: the boot is to bring the other half", async () => {
    // A test that came to no file: its generation is the machine's already.
    setActiveGeneration(layout, writeGeneration(layout, two));
    writeJournal(layout, { from: [1], to: 2, pending: null });
    expect((await world.run("boot")).out).toBe(
      "generation 3 is what the next boot has; until then the machine keeps generation 2\n",
    );
    expect([pointers(), existsSync(`${machine.units}/stowage-boot.service`)]).toEqual([[3, 2], true]);
    machine.stored = 3;
    expect((await world.run("boot")).out).toBe("");
    expect(pointers()).toEqual([3, 2]);
  });

  test("back to what the machine had before a switch that was cut short", async () => {
    writeJournal(layout, { from: [1], to: writeGeneration(layout, two), pending: null });
    Object.assign(machine, { next: one, stored: 1 });
    await world.run("boot");
    expect([pointers(), existsSync(`${machine.units}/stowage-boot.service`)]).toEqual([[3, 1], true]);
  });

  test("of what a test has made, but for jobs that failed: the machine has it", async () => {
    setActiveGeneration(layout, writeGeneration(layout, two));
    writeJournal(layout, { from: [1], to: 2, pending: ["web.service"] });
    expect((await world.run("boot")).out).toBe("generation 2 is what the next boot has; the machine has it\n");
  });

  test("for programs", async () => {
    expect(JSON.parse((await world.run("boot", "--json")).out)).toEqual({ generation: 2, active: 1 });
  });

  test("what is in the way of a switch is told now, not at the boot", async () => {
    machine.blocked = [{ code: "foreign-file", message: "/etc/x exists and is not ours" }];
    const { code, err } = await world.run("boot");
    expect(code).toBe(1);
    expect(err).toContain("/etc/x exists and is not ours");
    expect(pointers()).toEqual([1, 1]);
  });
});

test.each(["boot", "test"])(
  "%s: a flake that changed is refused before its profile is touched; a new one is not",
  async (verb) => {
    const flakes = (id: string, names: Record<string, string>): Generation => ({
      ...generation(id),
      containers: Object.fromEntries(
        Object.entries(names).map(([name, flake]) => [name, container(name, { flake, path: "/nix/profile" })]),
      ),
    });
    setCurrentGeneration(layout, writeGeneration(layout, flakes("c", { web: "github:a/one", db: "github:a/db" })));
    machine.next = flakes("d", { web: "github:a/two", db: "github:a/db", added: "github:a/added" });
    const { code, err } = await world.run(verb);
    expect([code, machine.built, pointers()]).toEqual([1, 0, [2, 2]]);
    expect(err).toContain(`container web has another flake, which stowage ${verb} cannot keep apart`);
    expect(err).not.toMatch(/container (db|added)/);
    machine.next = flakes("d", { web: "github:a/one", added: "github:a/added" });
    expect((await world.run(verb)).code).toBe(0);
  },
);

test("test: neither is a flake changed that the next boot has, and the machine has not yet", async () => {
  const flake = (id: string, name: string): Generation => ({
    ...generation(id),
    containers: { web: container("web", { flake: name, path: "/nix/profile" }) },
  });
  machine.next = flake("c", "github:a/one");
  expect((await world.run("boot")).code).toBe(0);
  machine.next = flake("d", "github:a/two");
  const { code, err } = await world.run("test");
  expect([code, machine.built, pointers()]).toEqual([1, 1, [2, 1]]);
  expect(err).toContain("it had github:a/one, and is to have github:a/two");
  // What was given to the next boot another boot may change.
  expect((await world.run("boot")).code).toBe(0);
});

test("test: its generation is the machine's alone", async () => {
  expect((await world.run("test")).code).toBe(0);
  expect([machine.wanted, machine.built]).toEqual([[[undefined, "active"]], 1]);
});

describe("a boot that did not bring what it should have", () => {
  const told = (): string => {
    const words: string[] = [];
    tellStranded({ layout, tell: (text: string) => void words.push(text) } as unknown as Session);
    return words.join("");
  };
  const give = (boot: string) => giveNextBoot(layout, two, null, { program: ["/usr/bin/node"], boot }, [one]);

  test("is told until it is mended", () => {
    give("00000000-77b0-4a9c-844d-6ee373df8368");
    expect(told()).toBe(
      "warning: this boot was to have generation 2, and has generation 1 still: `journalctl --boot --unit=stowage-boot` says why\n",
    );
    setCurrentGeneration(layout, 1);
    expect(told()).toBe("");
  });

  test("nothing is told before the boot", () => {
    give(bootId());
    expect(told()).toBe("");
  });
});
