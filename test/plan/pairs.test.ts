/**
 * Two thousand pairs of hosts: what runs is what is declared, nobody is touched whose definition did not change, and from A
 * by way of B back to A is nowhere.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Generation } from "../../src/compile/index.ts";
import { innerChanges, type Plan, plan, renderPlan } from "../../src/plan/index.ts";
import type { ToplevelRecipe } from "../../src/systems/recipe.ts";
import { compare, linesOf, type Unit } from "../../src/units/index.ts";
import { generationOf, hosts, type RandomHost } from "./random-hosts.ts";
import { SimulatedMachine } from "./simulated.ts";
import { InsideMachine } from "./simulated-inside.ts";

const pairs = 2000;
/** Each pair is two of these: to compile them takes longer than to plan. */
const pool = 250;

function planFor(machine: SimulatedMachine, next: Generation): Plan {
  const known = [...(machine.current === null ? [] : [machine.current]), next];
  return plan(machine.current, next, machine.observe(known));
}

function settle(machine: SimulatedMachine, next: Generation): Plan {
  const made = planFor(machine, next);
  expect(made.blocked).toEqual([]);
  machine.carryOut(made);
  expect(planFor(machine, next).steps.map((step) => step.id)).toEqual([]);
  return made;
}

const section = (unit: Unit | undefined, key: string): string[] =>
  linesOf(unit?.sections.Unit?.[key] ?? []).flatMap((line) => line.split(" "));
const trigger = (unit: Unit | undefined): unknown => unit?.sections.Unit?.["X-Reload-Triggers"];

/** Units of both that may be stopped, started or restarted: they differ, or what they stand on does. */
function touchable(before: Generation, after: Generation): Set<string> {
  const all = new Set<string>();
  for (const [name, unit] of Object.entries(after.units)) {
    const former = before.units[name];
    if (former === undefined || compare(former, unit) !== "equal") all.add(name);
  }
  for (const name of Object.keys(before.units)) if (!Object.hasOwn(after.units, name)) all.add(name);
  for (const part of Object.values(after.containers)) {
    const former = before.containers[part.name];
    const takesRestart = part.packages !== former?.packages || part.path !== former?.path;
    if (takesRestart || (part.onChange === "restart" && part.system !== former?.system)) all.add(part.unit);
  }
  for (let size = -1; size !== all.size; ) {
    size = all.size;
    for (const one of [before, after]) spread(one, all);
  }
  return all;
}

/** What needs one of them, and what lives and dies with it. */
function spread(generation: Generation, all: Set<string>): void {
  for (const unit of Object.values(generation.units))
    if (["Requires", "BindsTo"].some((key) => section(unit, key).some((other) => all.has(other)))) all.add(unit.name);
  for (const part of Object.values(generation.containers))
    if (all.has(part.unit)) for (const companion of part.companions) all.add(companion);
}

function expectUntouched(
  made: Plan,
  before: Generation,
  after: Generation,
  was: SimulatedMachine,
  is: SimulatedMachine,
) {
  const may = touchable(before, after);
  const [former, now] = [was.starts(), is.starts()];
  const touched = [...former].filter(([unit, start]) => now.get(unit) !== start).map(([unit]) => unit);
  expect(touched.filter((unit) => !may.has(unit))).toEqual([]);
  for (const { action } of made.steps) {
    if (!("unit" in action) || !/-unit$/.test(action.do) || /^(write|remove)-/.test(action.do)) continue;
    if (action.do === "reload-unit") {
      const part = Object.values(after.containers).find(({ unit }) => unit === action.unit);
      const system = part !== undefined && before.containers[part.name]?.system !== part.system;
      const rules = trigger(before.units[action.unit]) !== trigger(after.units[action.unit]);
      expect([action.unit, system || rules]).toEqual([action.unit, true]);
    } else expect([action.unit, may.has(action.unit) || !former.has(action.unit)]).toEqual([action.unit, true]);
  }
}

/** Of those declared before as it was, of new ones what starts by itself; and what they need. */
function expectDeclared(
  before: Generation,
  after: Generation,
  was: SimulatedMachine,
  is: SimulatedMachine,
  made: Plan,
) {
  const parts = Object.values(after.containers);
  const meant = parts.filter(({ name, unit, autoStart }) =>
    Object.hasOwn(before.containers, name) ? was.isRunning(unit) : autoStart,
  );
  const needed = new Set(meant.map(({ name }) => name));
  for (const name of needed) for (const other of after.containers[name]?.dependsOn ?? []) needed.add(other);
  const running = parts.filter(({ unit }) => is.isRunning(unit)).map(({ name }) => name);
  expect(running.filter((name) => !needed.has(name))).toEqual([]);
  expect(meant.map(({ name }) => name).filter((name) => !running.includes(name))).toEqual([]);
  // As a machine has it that was started with this, and with these containers: but for those that are left as they were.
  if (made.kept.some(({ because }) => /keeps running|waits for a restart/.test(because))) return;
  const fresh = is.clone();
  fresh.reboot(parts.flatMap(({ name, unit }) => (running.includes(name) ? unit : [])));
  const [here, there] = [is, fresh].map((machine) => [...machine.starts().keys()].sort()) as [string[], string[]];
  expect(there.filter((unit) => !here.includes(unit))).toEqual([]);
  // What containers share stays when the last one that wanted it stops.
  const owned = new Set(parts.flatMap(({ unit, companions }) => [unit, ...companions]));
  const strays = here.filter((unit) => !there.includes(unit));
  expect(strays.filter((unit) => owned.has(unit) || !Object.hasOwn(after.units, unit))).toEqual([]);
}

/** Inside each container of both: the same promises, of its units. */
function expectInside(before: Generation, after: Generation): void {
  for (const { name, system } of Object.values(after.containers)) {
    const was = before.systems[before.containers[name]?.system ?? ""] as ToplevelRecipe | undefined;
    const is = after.systems[system ?? ""] as ToplevelRecipe | undefined;
    if (was === undefined || is === undefined || was === is) continue;
    const machine = new InsideMachine(was);
    const former = machine.starts();
    machine.takeOver(innerChanges(was, is), is);
    expect(machine.missing(is)).toEqual([]);
    expect(machine.strays(is)).toEqual([]);
    expect(machine.touched(former, was, is)).toEqual([]);
  }
}

/** Files, links, hosts entries, the current generation: a text, which is compared in no time. */
function tree(machine: SimulatedMachine): string {
  const [files, links, hostsBlock, , current] = machine.everything() as unknown[];
  return JSON.stringify([files, links, hostsBlock, current], null, 1);
}

interface Known {
  readonly host: RandomHost;
  readonly generation: Generation;
  readonly machine: SimulatedMachine;
  readonly tree: string;
}

function known(host: RandomHost): Known {
  const generation = generationOf(host);
  const machine = new SimulatedMachine();
  settle(machine, generation);
  return { host, generation, machine, tree: tree(machine) };
}

function expectPair(a: Known, b: Known): void {
  const machine = a.machine.clone();
  const made = settle(machine, b.generation);
  expect(tree(machine)).toBe(b.tree);
  expectUntouched(made, a.generation, b.generation, a.machine, machine);
  expectDeclared(a.generation, b.generation, a.machine, machine, made);
  expectInside(a.generation, b.generation);
  settle(machine, a.generation);
  expect(tree(machine)).toBe(a.tree);
}

/** A container a line. */
const shown = ({ host: { containers, bridges } }: Known): string =>
  [...Object.entries(containers), ...Object.entries(bridges)]
    .map(([name, one]) => `${name}: ${JSON.stringify(one)}`)
    .join("\n");

test(`${pairs} pairs, there and back`, () => {
  const seed = Number(process.env.STOWAGE_SEED ?? 1);
  const all = fc.sample(hosts, { numRuns: pool, seed }).map(known);
  const indexes = fc.sample(fc.tuple(fc.nat(pool - 1), fc.nat(pool - 1)), { numRuns: pairs, seed });
  for (const [one, other] of indexes) {
    const [a, b] = [all[one]!, all[other]!];
    try {
      expectPair(a, b);
    } catch (error) {
      const text = `from\n${shown(a)}\nto\n${shown(b)}\n${renderPlan(planFor(a.machine, b.generation))}`;
      throw new Error(`pair ${one}, ${other} of seed ${seed}: ${text}`, { cause: error });
    }
  }
}, 900_000);
