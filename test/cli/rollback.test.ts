/** stowage rollback, as far as it comes before anything is changed. */
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Generation } from "../../src/compile/generation.ts";
import { compileConfig } from "../../src/compile/index.ts";
import { setCurrentGeneration, writeGeneration } from "../../src/store/generations.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "../compile/config.ts";
import { container, World } from "./world.ts";

// The machine that tests run on may have no systemd.
vi.mock("../../src/cli/alone.ts", () => ({
  whileAlone: (session: unknown, verb: string, _flags: unknown, work: (alone: unknown) => Promise<unknown>) =>
    work({ session, verb, log: null, ifInterrupted: () => undefined }),
}));
const planned = vi.hoisted(() => [] as { next: Generation; stored: number | undefined }[]);
const steps = vi.hoisted(() => [] as unknown[]);
vi.mock("../../src/cli/pipeline.ts", () => ({
  rebuild: () => Promise.resolve([]),
  planFor: (_session: unknown, next: Generation, stored?: number) => {
    planned.push({ next, stored });
    return Promise.resolve({ plan: { steps, blocked: [] } });
  },
}));
vi.mock("../../src/cli/shown.ts", () => ({
  async planAndCarryOut(_alone: unknown, _flags: unknown, change: { prepare: (on: unknown) => Promise<unknown> }) {
    await change.prepare(() => undefined);
    return 0;
  },
  printDocument: (session: { print(text: string): void }, flags: { json?: boolean }, changed: { document: unknown }) =>
    flags.json ? session.print(JSON.stringify(changed.document)) : undefined,
}));

let world: World;
let layout: Layout;
beforeEach(() => {
  world = new World();
  layout = { ...defaultLayout, state: `${world.directory}/state` };
  planned.length = 0;
  steps.splice(0, steps.length, {});
});
afterEach(() => world.end());

const text = (value: string): ShortContainer => ({ config: { etc: { file: { text: value } } } });
const compiled = (containers: Readonly<Record<string, ShortContainer>>): Generation =>
  compileConfig(hostConfig(containers), lock, defaultLayout);
/** Makes it current. */
function keep(generation: Generation): number {
  const number = writeGeneration(layout, generation);
  setCurrentGeneration(layout, number);
  return number;
}
const web = (value: string): number => keep(compiled({ web: text(value), db: text("same") }));
const damage = (number: number) => writeFileSync(`${layout.state}/generations/${number}/generation.json`, "{");

describe("of the machine", () => {
  test("to a generation with a system of the user's own that is gone: said before anything is stopped", async () => {
    world.containers(container("web", { path: "/nonexistent/tree" }));
    world.containers(container("web", { path: "/nonexistent/other" }));
    const { code, out, err } = await world.run("rollback");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(
      "error[no-system-at-path]: container web has no system at its path: /nonexistent/tree does not exist",
    );
    expect(planned).toEqual([]);
  });

  test("to the former one, or to one by its number, under that number", async () => {
    for (const value of ["a", "b", "c"]) web(value);
    await world.run("rollback");
    await world.run("rollback", "1");
    await world.run("rollback", "--to", "1");
    expect(planned.map(({ stored }) => stored)).toEqual([2, 1, 1]);
  });

  test("numbers that there are not", async () => {
    expect((await world.run("rollback")).err).toContain("there is no generation yet");
    web("a");
    expect((await world.run("rollback")).err).toContain("there is no generation before 1, the current one");
    for (const number of ["0", "2", "99999999999999999999"]) {
      const { code, err } = await world.run("rollback", number);
      expect({ number, code }).toEqual({ number, code: 1 });
      expect(err).toContain("there is no generation");
      expect(err).toContain("kept are 1;");
    }
    expect((await world.run("rollback", "--to", "-1")).code).toBe(64);
    expect((await world.run("rollback", "1", "2")).code).toBe(64);
    for (let index = 0; index < 20; index++) web(`${index}`);
    expect((await world.run("rollback", "99")).err).toContain("kept are 21, from 1 to 21;");
  });

  test("to what is there already: nothing to do, and said so", async () => {
    web("a");
    steps.length = 0;
    const { code, out, err } = await world.run("rollback", "1");
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toBe("this machine is as generation 1 says: there is nothing to do\n");
    expect((await world.run("rollback", "1", "--quiet")).err).toBe("");
  });

  test("to a former one that is damaged: another one is named that is whole", async () => {
    for (const value of ["a", "b", "c", "d"]) web(value);
    damage(3);
    damage(2);
    const { code, err } = await world.run("rollback");
    expect(code).toBe(1);
    expect(err).toContain("generations/3/generation.json cannot be read as a generation");
    expect(err).toContain("`stowage rollback 1` goes to generation 1, the newest before it that is whole");
    damage(1);
    expect((await world.run("rollback")).err).toContain("no generation before it is whole: run `stowage switch`");
  });

  test("of a switch that was cut short before its generation was current: what was current", async () => {
    web("a");
    web("b");
    const number = writeGeneration(layout, compiled({}));
    const journal = (pending: readonly string[] | null, to = number) =>
      writeFileSync(`${layout.state}/switch.json`, JSON.stringify({ format: 1, from: [2], to, pending }));
    journal(null);
    await world.run("rollback");
    // It came so far, and could not do all: that is what the machine has.
    setCurrentGeneration(layout, number);
    journal(["container@web.service"]);
    await world.run("rollback");
    // Neither does a rollback that was cut short lead forward again.
    journal(null, 1);
    await world.run("rollback");
    expect(planned.map(({ stored }) => stored)).toEqual([2, 2, 2]);
  });
});

describe("of a container", () => {
  const file = ({ next }: { next: Generation }, name: string) => {
    const recipe = next.systems[next.containers[name]?.system ?? ""];
    return recipe?.kind === "toplevel" ? recipe.etc.file?.text : undefined;
  };

  test("to the newest former generation in which it differs, and all else is as it is", async () => {
    web("a");
    web("b");
    keep(compiled({ web: text("c"), db: text("former") }));
    keep(compiled({ web: text("c"), db: text("now") }));
    const { code, out } = await world.run("rollback", "web");
    expect(code).toBe(0);
    expect(planned.map((one) => [one.stored, file(one, "web"), file(one, "db")])).toEqual([[undefined, "b", "now"]]);
    expect(planned[0]?.next.asIn).toEqual({ web: 2 });
    expect(out).toBe("container web is as in generation 2; the next `stowage switch` makes it what host.ts says\n");
    expect((await world.run("rollback", "db", "--quiet")).out).toBe("");
    expect((await world.run("rollback", "container@web.service", "--to", "1")).out).toContain("as in generation 1;");
  });

  test("twice goes back further, and not forward again", async () => {
    for (const value of ["a", "b", "c"]) web(value);
    for (const expected of ["b", "a"]) {
      await world.run("rollback", "web");
      const made = planned.at(-1)!;
      expect(file(made, "web")).toBe(expected);
      keep(made.next);
    }
    const { code, err } = await world.run("rollback", "web");
    expect(code).toBe(1);
    expect(err).toContain("container web is as in generation 1, and none before it is kept");
    await world.run("rollback", "web", "--to", "3");
    expect(file(planned.at(-1)!, "web")).toBe("c");
    // A switch ends it: what was current just before is former again.
    web("d");
    await world.run("rollback", "web");
    expect([file(planned.at(-1)!, "web"), planned.at(-1)?.next.asIn]).toEqual(["a", { web: 1 }]);
  });

  test("the same in all of them: said, and nothing done", async () => {
    for (const value of ["a", "a", "a"]) web(value);
    const { code, err } = await world.run("rollback", "web");
    expect(code).toBe(1);
    expect(err).toContain("container web is the same in every former generation that is kept");
    expect(planned).toEqual([]);
  });

  test("one that never became current is none of the former", async () => {
    web("a");
    writeGeneration(layout, compiled({ web: text("never"), db: text("same") }));
    web("b");
    await world.run("rollback", "web");
    expect(file(planned[0]!, "web")).toBe("a");
  });

  test("that was not there: refused, with the way to remove it and one that has it", async () => {
    web("a");
    keep(compiled({ db: text("same") }));
    web("b");
    const { code, err } = await world.run("rollback", "web");
    expect(code).toBe(1);
    expect(err).toContain("error[no-container-then]: in generation 2 there was no container web");
    expect(err).toContain("to remove it, take it out of host.ts, and run `stowage switch`");
    expect(err).toContain("generation 1 has one: `stowage rollback web --to 1`");
    expect((await world.run("rollback", "web", "--to", "2")).err).toContain("no-container-then");
    expect(planned).toEqual([]);
  });

  test("that is gone: it comes back", async () => {
    web("a");
    keep(compiled({ db: text("same") }));
    await world.run("rollback", "web");
    expect(file(planned[0]!, "web")).toBe("a");
  });

  test("that there never was", async () => {
    expect((await world.run("rollback", "web")).err).toContain("there is no generation yet");
    web("a");
    const { code, err } = await world.run("rollback", "wbe");
    expect(code).toBe(1);
    expect(err).toContain('there is no container "wbe", and none in a former generation');
    expect(err).toContain("did you mean web?");
    expect((await world.run("rollback", "constructor")).code).toBe(1);
  });

  test("that is the same there: nothing to do, and said so", async () => {
    web("a");
    web("a");
    const { code, out, err } = await world.run("rollback", "web", "--to", "1");
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toBe("container web is the same in generation 1: there is nothing to do\n");
    expect(JSON.parse((await world.run("rollback", "web", "--to", "1", "--json")).out)).toMatchObject({
      generation: 2,
      plan: { steps: [] },
      steps: [],
    });
    expect(planned).toEqual([]);
  });

  test("a damaged generation is not passed over in silence", async () => {
    for (const value of ["a", "b", "c"]) web(value);
    damage(2);
    const { code, err } = await world.run("rollback", "web");
    expect(code).toBe(1);
    expect(err).toContain("generations/2/generation.json cannot be read as a generation");
    expect(err).toContain("`stowage rollback web --to 1` goes to generation 1");
    expect((await world.run("rollback", "web", "--to", "9")).err).toContain("there is no generation 9");
  });

  test("after a switch that was cut short a generation must be named", async () => {
    for (const value of ["a", "b"]) web(value);
    const to = writeGeneration(layout, compiled({ web: text("c"), db: text("same") }));
    const journal = (number: number, pending: readonly string[] | null) =>
      writeFileSync(`${layout.state}/switch.json`, JSON.stringify({ format: 1, from: [2], to: number, pending }));
    journal(to, null);
    const { code, err } = await world.run("rollback", "web");
    expect(code).toBe(1);
    expect(err).toContain("error[cut-short]: a change to generation 3 was cut short");
    await world.run("rollback", "web", "--to", "1");
    // What did not do all, and is what the machine has.
    journal(2, ["container@db.service"]);
    await world.run("rollback", "web");
    journal(2, null);
    await world.run("rollback", "web");
    expect(planned.map(({ next }) => next.asIn)).toEqual([{ web: 1 }, { web: 1 }, { web: 1 }]);
  });

  test("a name of digits alone is a generation's number, unless it is said otherwise", async () => {
    for (const value of ["a", "b", "c"]) keep(compiled({ 2: text(value) }));
    await world.run("rollback", "2");
    expect(planned.at(-1)).toMatchObject({ stored: 2 });
    await world.run("rollback", "container@2");
    expect(planned.at(-1)?.next.asIn).toEqual({ 2: 2 });
    await world.run("rollback", "2", "--to", "1");
    expect(planned.at(-1)?.next.asIn).toEqual({ 2: 1 });
  });

  test("what cannot be together is refused", async () => {
    const at = (address: string): ShortContainer => ({
      privateNetwork: true,
      hostAddress: "10.9.0.1",
      localAddress: address,
    });
    keep(compiled({ web: at("10.9.0.2") }));
    keep(compiled({ web: at("10.9.0.3"), db: at("10.9.0.2") }));
    const { code, err } = await world.run("rollback", "web");
    expect(code).toBe(1);
    expect(err).toContain("error[address-clash]: container web cannot be as in generation 1 with all else as it is");
  });

  test("what the machine has is kept, not what the next boot has", async () => {
    keep(compiled({ web: text("a"), db: text("same") }));
    const active = keep(compiled({ web: text("b"), db: text("machine") }));
    keep(compiled({ web: text("c"), db: text("boot") }));
    rmSync(`${layout.state}/generations/active`, { force: true });
    symlinkSync(`${active}`, `${layout.state}/generations/active`);
    await world.run("rollback", "web");
    expect([file(planned[0]!, "web"), file(planned[0]!, "db")]).toEqual(["a", "machine"]);
  });
});
