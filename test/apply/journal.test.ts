import { expect, test } from "vitest";
import { leftBehind, meantToRun } from "../../src/apply/journal.ts";
import type { ContainerPart, Generation } from "../../src/compile/generation.ts";
import { type Observed, plan } from "../../src/plan/index.ts";
import type { Unit } from "../../src/units/index.ts";

const part = (name: string): ContainerPart => ({
  name,
  kind: "system",
  unit: `container@${name}.service`,
  companions: [`container-net@${name}.service`],
  isolation: "isolated",
  trustedBecause: [],
  mapped: [],
  autoStart: true,
  ephemeral: false,
  onChange: "auto",
  dependsOn: [],
  system: null,
  packages: null,
  path: "/srv",
  addresses: [],
  ports: [],
});

const unit = (name: string, version: string): Unit => ({
  name,
  sections: { Service: { ExecStart: { exec: ["/bin/sleep", version] } } },
});

/** Containers by name, each in a version. */
function generation(id: string, containers: Readonly<Record<string, string>>): Generation {
  const names = Object.keys(containers);
  const units = names.flatMap((name) => {
    const { unit: own, companions } = part(name);
    return [own, ...companions].map((one) => [one, unit(one, containers[name]!)] as const);
  });
  return {
    format: 1,
    id: id.repeat(32),
    units: Object.fromEntries(units),
    unitLinks: {},
    files: {},
    hosts: [],
    ports: [],
    containers: Object.fromEntries(names.map((name) => [name, part(name)])),
    systems: {},
  };
}

const one = generation("1", { a: "old", b: "old" });
const two = generation("2", { a: "new", b: "new", c: "new" });
const read = (number: number) => ({ 1: one, 2: two })[number] as Generation;

test("no journal: nothing is left", () => {
  expect(leftBehind(null, { number: 2, generation: two }, read)).toEqual([]);
});

test("a switch that did not come to its end: all that is not current", () => {
  const journal = { from: [1], to: 2, pending: null };
  expect(leftBehind(journal, { number: 1, generation: one }, read)).toEqual([{ number: 2, generation: two }]);
  expect(leftBehind(journal, { number: 2, generation: two }, read)).toEqual([{ number: 1, generation: one }]);
});

test("a first switch: before it there was nothing, and that is what may still be so", () => {
  const [left] = leftBehind({ from: [], to: 2, pending: null }, { number: 2, generation: two }, read);
  expect(left).toMatchObject({ number: null, generation: { containers: {}, units: {} } });
  expect(leftBehind({ from: [], to: 2, pending: null }, null, read)).toEqual([{ number: 2, generation: two }]);
});

test("one that only put right what was changed by hand: something may still be so", () => {
  const current = { number: 2, generation: two };
  expect(leftBehind({ from: [2], to: 2, pending: null }, current, read)).toEqual([current]);
});

test("what runs, or was to run: what it starts, restarts or stops, and what those before it had noted", () => {
  const state = (active: string) => ({ active, sub: "" });
  const observed: Observed = {
    units: { "container@a.service": state("active"), "container@b.service": state("inactive") },
    files: {},
    unitLinks: {},
    hosts: null,
    containers: Object.fromEntries(["a", "b", "c"].map((name) => [name, { hasRoot: true, declared: null }])),
  };
  const { b: _, ...withoutB } = two.containers;
  const made = plan(one, { ...two, containers: withoutB }, observed);
  expect(meantToRun(made, ["x.service"]).filter((name) => !name.includes("-net@"))).toEqual([
    "container@a.service",
    "container@c.service",
    "x.service",
  ]);
});

test("what a person had stopped before a switch that was cut short stays stopped", () => {
  const stopped = Object.fromEntries(Object.keys(two.units).map((name) => [name, { active: "inactive", sub: "dead" }]));
  const observed: Observed = {
    units: stopped,
    files: {},
    unitLinks: {},
    hosts: null,
    containers: Object.fromEntries(["a", "b", "c"].map((name) => [name, { hasRoot: true, declared: null }])),
  };
  const started = (meant: readonly string[] | null) =>
    plan(one, two, observed, { leftBehind: [two], meant })
      .steps.flatMap(({ action }) => (action.do === "start-unit" ? [action.unit] : []))
      .sort();
  const a = "container@a.service";
  const c = "container@c.service";
  // Of c there was none before: it is new, and begins with autoStart.
  expect(started([a])).toEqual([a, c]);
  expect(started([])).toEqual([c]);
  expect(started(null)).toEqual([a, "container@b.service", c]);
});

test("jobs that are still to do: those containers are as they were, all others as they are", () => {
  const journal = { from: [1], to: 2, pending: ["container@a.service", "container-net@c.service"] };
  const [left] = leftBehind(journal, { number: 2, generation: two }, read);
  expect(Object.keys(left!.generation.containers).sort()).toEqual(["a", "b"]);
  const { units } = left!.generation;
  expect(units["container@a.service"]).toEqual(one.units["container@a.service"]);
  expect(units["container-net@a.service"]).toEqual(one.units["container-net@a.service"]);
  expect(units["container@b.service"]).toEqual(two.units["container@b.service"]);
  expect(Object.keys(units)).not.toContain("container-net@c.service");
});

test("the next switch does these jobs, and does not restart what is as it should be", () => {
  const journal = { from: [1], to: 2, pending: ["container@a.service", "container@c.service"] };
  const left = leftBehind(journal, { number: 2, generation: two }, read).map((item) => item.generation);
  const observed: Observed = {
    units: Object.fromEntries(
      Object.keys(two.units).map((name) => [
        name,
        // a runs as it was before; c could not be started.
        name.includes("@c") ? { active: "inactive", sub: "dead" } : { active: "active", sub: "running" },
      ]),
    ),
    files: {},
    unitLinks: {},
    hosts: null,
    containers: Object.fromEntries(["a", "b", "c"].map((name) => [name, { hasRoot: true, declared: null }])),
  };
  const { steps } = plan(two, two, observed, { leftBehind: left });
  const jobs = steps.map((step) => step.id).filter((id) => /^(re)?start-unit|^stop-unit/.test(id));
  expect(jobs).toContain("start-unit container@a.service");
  expect(jobs).toContain("start-unit container@c.service");
  expect(jobs.filter((id) => id.includes("@b"))).toEqual([]);
});
