/** The lock file of what was made by hand goes with the last of it, and not before. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { apply } from "../../src/apply/apply.ts";
import { nothing } from "../../src/apply/journal.ts";
import { type Machine, machineEffects } from "../../src/apply/machine.ts";
import type { ContainerPart, Generation } from "../../src/compile/generation.ts";
import type { Systemd } from "../../src/host/systemd.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { setCurrentGeneration, writeGeneration } from "../../src/store/generations.ts";
import { defaultLayout, type Layout, madeDir, madeLockFile } from "../../src/store/layout.ts";

let dir: string;
let layout: Layout;
beforeEach(() => {
  dir = mkdtempSync(`${tmpdir()}/stowage-test-`);
  layout = { ...defaultLayout, state: `${dir}/state`, etc: `${dir}/etc`, run: `${dir}/run`, units: `${dir}/units` };
  mkdirSync(layout.units);
  mkdirSync(madeDir(layout), { recursive: true });
  writeFileSync(madeLockFile(layout), "{}\n");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const made = (id: string, ...names: string[]): Generation => ({
  ...nothing,
  id: id.repeat(32),
  containers: Object.fromEntries(names.map((name) => [name, { name, made: true } as ContainerPart])),
});

async function change(current: Generation | null, next: Generation, more: Partial<Machine> = {}): Promise<void> {
  const steps = [{ id: "record", action: { do: "record-generation" }, because: "a test", after: [] }] as const;
  const plan: Plan = { current, next, kept: [], notices: [], blocked: [], steps };
  const carrier = { program: ["/usr/bin/node"], boot: "00000000-77b0-4a9c-844d-6ee373df8368" };
  const systemd = { daemonReload: async () => undefined } as unknown as Systemd;
  const containers = {} as Machine["containers"];
  const base = { layout, systemd, containers, hostsFile: `${dir}/hosts`, leftBehind: [], carrier };
  const { rows } = await apply(plan, machineEffects(plan, { ...base, current: current === null ? null : 1, ...more }));
  expect(rows.map(({ outcome }) => outcome)).toEqual(["done"]);
}
const begin = (generation: Generation): Generation => {
  setCurrentGeneration(layout, writeGeneration(layout, generation));
  return generation;
};
const isThere = () => existsSync(madeLockFile(layout));

test("with the last one, and its directory with it", async () => {
  const both = begin(made("a", "web", "db"));
  await change(both, made("b", "db"));
  expect(isThere()).toBe(true);
  await change(made("b", "db"), made("c"), { current: 2 });
  expect([isThere(), existsSync(madeDir(layout))]).toEqual([false, false]);
});

test("not by `test`: the next boot still has it; it goes by the switch after that", async () => {
  const web = begin(made("a", "web"));
  await change(web, made("b"), { nextBoot: web, becomes: "active" });
  expect(isThere()).toBe(true);
  await change(made("b"), made("b"), { current: 2, nextBoot: web });
  expect(isThere()).toBe(false);
});

test("what by hand is made of the machine and of a next boot that differs is of both", async () => {
  const web = begin(made("a", "web"));
  const boots = { nextBoot: web, becomes: "active" } as const;
  await change(web, made("b"), { ...boots, nextBootToo: { generation: made("c", "web"), wasCurrent: false } });
  expect(isThere()).toBe(true);
  await change(made("b"), made("b"), {
    ...boots,
    current: 2,
    nextBootToo: { generation: made("d"), wasCurrent: false },
  });
  expect(isThere()).toBe(false);
});

test("by the boot that brings one without them; not by one that only puts the machine back", async () => {
  const web = begin(made("a", "web"));
  await change(made("b"), made("b"), { nextBoot: web, becomes: "restored" });
  expect(isThere()).toBe(true);
  await change(web, made("b"), { becomes: "current-at-boot" });
  expect(isThere()).toBe(false);
});

test("by the switch that goes on with one that was cut short", async () => {
  begin(made("b"));
  await change(made("b"), made("b"), { leftBehind: [{ number: 1, generation: made("a", "web") }] });
  expect(isThere()).toBe(false);
});

test("never where nothing was made by hand: a file of somebody's", async () => {
  await change(null, made("a"));
  expect(isThere()).toBe(true);
});
