/** What stowage-boot.service does, on a machine that is made of values: what fails, and what is in the queue then. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { nothing } from "../../src/apply/journal.ts";
import type { Becomes } from "../../src/apply/machine.ts";
import { giveNextBoot } from "../../src/apply/next-boot.ts";
import type { Generation } from "../../src/compile/generation.ts";
import { bootId } from "../../src/host/boot-id.ts";
import { clearActiveGeneration, setCurrentGeneration, writeGeneration } from "../../src/store/generations.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { World } from "./world.ts";

const said = vi.hoisted(() => ({
  jobs: [] as string[],
  plans: [] as string[],
  booting: false,
  blocked: [] as unknown[],
  failing: new Set<string>(),
  units: "",
}));
// The machine that tests run on may have no systemd, and its units are not ours to write.
vi.mock("../../src/cli/alone.ts", () => ({
  whileAloneAsItIs: (
    session: { layout: object },
    verb: string,
    _flags: unknown,
    work: (alone: unknown) => Promise<unknown>,
  ) => {
    Object.assign(session.layout, { units: said.units });
    return work({ session, verb, log: null, ifInterrupted: () => undefined });
  },
}));
vi.mock("../../src/host/boot-jobs.ts", () => ({
  isBooting: async () => said.booting,
  upOrQueued: async () => new Set(["docker.service"]),
  enqueue: async (verb: string, units: readonly string[]) => {
    said.jobs.push(`${verb} ${units.join(" ")}`.trim());
    return verb === "start" ? ["Failed to start web.service: Unit web.service is masked."] : [];
  },
}));
vi.mock("../../src/cli/pipeline.ts", () => ({
  planFor: async (session: object, next: Generation, number: number, becomes: Becomes) => {
    said.plans.push(`${becomes} ${number}`);
    return { plan: { current: null, next, steps: [], kept: [], notices: [], blocked: said.blocked }, session, becomes };
  },
  carryOut: async ({ session, becomes }: { session: { layout: Layout }; becomes: Becomes }) => {
    if (said.failing.has(becomes)) throw new Error("no space left");
    if (becomes === "current-at-boot") clearActiveGeneration(session.layout);
    return { rows: [] };
  },
}));

const other = "00000000-77b0-4a9c-844d-6ee373df8368";
let world: World;
let layout: Layout;
beforeEach(() => {
  world = new World();
  said.units = `${world.directory}/units`;
  layout = { ...defaultLayout, state: `${world.directory}/state`, units: said.units };
  mkdirSync(said.units);
  Object.assign(said, { jobs: [], plans: [], booting: false, blocked: [], failing: new Set() });
});
afterEach(() => world.end());

const generation = (id: string, ...names: string[]): Generation => ({
  ...nothing,
  id: id.repeat(32),
  units: Object.fromEntries(names.map((name) => [name, { name, sections: {} }])),
  unitLinks: Object.fromEntries(names.map((name) => [`machines.target.wants/${name}`, `../${name}`])),
});
const one = generation("a", "web.service", "gone.service");
const two = {
  ...generation("b", "web.service", "new.service", "rules.service"),
  unitLinks: {
    "machines.target.wants/web.service": "../web.service",
    "machines.target.wants/new.service": "../new.service",
    "docker.service.wants/rules.service": "../rules.service",
  },
};
function divide(): void {
  setCurrentGeneration(layout, writeGeneration(layout, one));
  giveNextBoot(layout, two, null, { program: ["/usr/bin/node"], boot: other }, [one]);
}
const unit = () => `${said.units}/stowage-boot.service`;

describe("at boot", () => {
  test("what is wanted no more is taken out of the queue, what is wanted is put into it", async () => {
    divide();
    const { code, out, err } = await world.run("at-boot", other);
    expect([code, out]).toEqual([0, "from generation 1 to 2\n"]);
    expect(said).toMatchObject({
      plans: ["current-at-boot 2"],
      jobs: ["stop gone.service", "start new.service web.service rules.service"],
    });
    expect(err).toContain("web.service is masked");
  });

  test("without a difference there is nothing to do but to go", async () => {
    divide();
    clearActiveGeneration(layout);
    expect((await world.run("at-boot", other)).code).toBe(0);
    expect([said.plans, said.jobs, existsSync(unit())]).toEqual([[], [], false]);
  });

  test("in the boot that it was written in it does nothing, unless that boots again", async () => {
    divide();
    expect(await world.run("at-boot", bootId())).toEqual({
      code: 0,
      out: "",
      err: "this is not a boot: the machine keeps what it has until the next one\n",
    });
    expect([said.plans, existsSync(unit())]).toEqual([[], true]);
    said.booting = true;
    await world.run("at-boot", bootId());
    expect(said.plans).toEqual(["current-at-boot 2"]);
  });

  test("a file of somebody else's in the way: nothing is touched", async () => {
    divide();
    said.blocked = [{ code: "foreign-file", message: "/etc/x exists and is not ours" }];
    const { code, err } = await world.run("at-boot", other);
    expect([code, said.jobs]).toEqual([1, []]);
    expect(err).toContain("/etc/x exists and is not ours");
  });

  test("what may yet come in this boot is no reason to stay", async () => {
    divide();
    said.blocked = [{ code: "unmappable", message: "not mounted yet" }];
    expect((await world.run("at-boot", other)).code).toBe(0);
  });

  test("a write that fails: files are put back, and what was taken out of the queue is in it again", async () => {
    divide();
    said.failing.add("current-at-boot");
    const { code, err } = await world.run("at-boot", other);
    expect(code).toBe(4);
    expect(said).toMatchObject({
      plans: ["current-at-boot 2", "restored 1"],
      jobs: ["stop gone.service", "start gone.service web.service"],
    });
    expect(err).toContain("going back to generation 1\n");
    expect(existsSync(unit())).toBe(true);
  });

  test("a generation that cannot be read: nothing is touched", async () => {
    divide();
    writeFileSync(`${layout.state}/generations/2/generation.json`, "{");
    expect((await world.run("at-boot", other)).code).toBe(1);
    expect([said.plans, said.jobs, readFileSync(unit(), "utf8").length > 0]).toEqual([[], [], true]);
  });
});
