/**
 * Promises of every plan, on machines in memory: after it nothing is left to do and everything runs with what it should;
 * the same after a switch that was cut short anywhere; what a person stopped stays so.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileConfig, type Generation } from "../../src/compile/index.ts";
import { plan } from "../../src/plan/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "../compile/config.ts";
import { SimulatedMachine } from "./simulated.ts";

const container = (name: string): fc.Arbitrary<ShortContainer> =>
  fc
    .record({
      autoStart: fc.boolean(),
      ephemeral: fc.boolean(),
      network: fc.constantFrom(0, 0, 1, 2),
      port: fc.boolean(),
      text: fc.constantFrom("a", "b"),
      packages: fc.constantFrom([], ["nginx-light"]),
      open: fc.constantFrom(null, null, 80, 443),
      bind: fc.boolean(),
      onChange: fc.constantFrom("auto", "auto", "restart"),
      needs: fc.boolean(),
    })
    .map(({ network, port, text, packages, open, bind, needs, ...rest }) => ({
      ...rest,
      // Never in a circle: only on one whose name comes before.
      needs: needs && name > "a" ? [String.fromCharCode(name.charCodeAt(0) - 1)] : [],
      ...(network > 0 && {
        privateNetwork: true,
        hostAddress: `10.${name.charCodeAt(0)}.${network}.1`,
        localAddress: `10.${name.charCodeAt(0)}.${network}.2`,
        forwardPorts: port ? [{ hostPort: 8000 + name.charCodeAt(0), containerPort: 80 }] : [],
      }),
      bindMounts: bind ? { "/srv": {} } : {},
      config: {
        packages,
        etc: { file: { text } },
        ...(network > 0 && open !== null && { firewall: { enable: true, allowedTCPPorts: [open] } }),
      },
    }));

type Containers = Readonly<Record<string, ShortContainer & { readonly needs: readonly string[] }>>;

/** Not yet compiled, so that a counterexample can be read. */
const containers = fc.record(
  { a: container("a"), b: container("b"), c: container("c") },
  { requiredKeys: [] },
) as fc.Arbitrary<Containers>;

function compiled(some: Containers): Generation {
  const declared = Object.entries(some).map(([name, { needs, ...rest }]) => {
    return [name, { ...rest, dependsOn: needs.filter((other) => Object.hasOwn(some, other)) }];
  });
  return compileConfig(hostConfig(Object.fromEntries(declared)), lock, defaultLayout);
}

function planFor(machine: SimulatedMachine, next: Generation) {
  const known = [machine.current, ...machine.leftBehind, next].filter((one): one is Generation => one !== null);
  const leftBehind = machine.leftBehind.filter((one) => one.id !== machine.current?.id);
  // As the journal does: it exists, or it does not; of the generations it names the current one is none left behind.
  const cut = machine.leftBehind.length > 0 && leftBehind.length === 0 ? machine.leftBehind.slice(0, 1) : leftBehind;
  return plan(machine.current, next, machine.observe(known), { leftBehind: cut });
}

function settle(machine: SimulatedMachine, next: Generation): void {
  machine.carryOut(planFor(machine, next));
  expect(planFor(machine, next).steps.map((step) => step.id)).toEqual([]);
  expect(machine.stale(next)).toEqual([]);
  expect(machine.current?.id).toBe(next.id);
}

const autoStarted = (one: Generation): string[] =>
  Object.values(one.containers).flatMap((part) => (part.autoStart ? [part.unit] : []));

/** Short ones are found by many runs; a slow machine makes fewer. */
const runs = { numRuns: 60, interruptAfterTimeLimit: 2500 };

/** Does so many steps, and then the power goes. */
function cutShort(machine: SimulatedMachine, next: Generation, cut: number): void {
  const { steps } = planFor(machine, next);
  machine.carryOut(planFor(machine, next), steps.length === 0 ? 0 : cut % steps.length);
}

test("after a plan nothing is left to do, and what runs is what should", () => {
  fc.assert(
    fc.property(fc.array(containers, { minLength: 1, maxLength: 3 }), (all) => {
      const machine = new SimulatedMachine();
      for (const next of all) settle(machine, compiled(next));
      // Each is stopped by a step of its own, before those that it needs.
      expect(machine.stoppedWithOthers).toEqual([]);
      // What is gone leaves nothing behind.
      settle(machine, compiled({}));
      expect(machine.everything()).toEqual([[], [], "", [], machine.current?.id]);
    }),
    runs,
  );
});

test("cut short anywhere, the next switch finishes, and containers that should run do", () => {
  fc.assert(
    fc.property(containers, containers, fc.nat(), (first, second, cut) => {
      const [before, next] = [compiled(first), compiled(second)];
      const [machine, straight] = [new SimulatedMachine(), new SimulatedMachine()];
      for (const one of [machine, straight]) settle(one, before);
      cutShort(machine, next, cut);
      for (const one of [machine, straight]) settle(one, next);
      // It may start more: one that a person had stopped before, and that differs.
      expect(autoStarted(next).filter((unit) => straight.isRunning(unit) && !machine.isRunning(unit))).toEqual([]);
    }),
    runs,
  );
});

test("stopped with what it needs by a switch that was cut short, it is started by the next one", () => {
  const at = (network: boolean) =>
    compiled({
      b: { needs: [], ...(network && { privateNetwork: true, hostAddress: "10.98.2.1", localAddress: "10.98.2.2" }) },
      c: { needs: ["b"], autoStart: true },
    });
  const machine = new SimulatedMachine();
  settle(machine, at(true));
  const stops = planFor(machine, at(false)).steps.filter(({ action }) => action.do === "stop-unit").length;
  expect(stops).toBeGreaterThan(1);
  cutShort(machine, at(false), stops);
  expect(machine.isRunning("container@c.service")).toBe(false);
  settle(machine, at(false));
  expect(machine.isRunning("container@c.service")).toBe(true);
});

test("cut short twice, and given up", () => {
  fc.assert(
    fc.property(containers, containers, containers, fc.nat(), fc.nat(), (first, second, third, cut, cutAgain) => {
      const machine = new SimulatedMachine();
      settle(machine, compiled(first));
      cutShort(machine, compiled(second), cut);
      cutShort(machine, compiled(third), cutAgain);
      settle(machine, compiled(first));
    }),
    runs,
  );
});

test("what a person stopped stays stopped", () => {
  fc.assert(
    fc.property(containers, containers, (first, second) => {
      const [before, next] = [compiled(first), compiled(second)];
      const machine = new SimulatedMachine();
      settle(machine, before);
      const kept = autoStarted(before).filter((unit) => Object.hasOwn(next.units, unit));
      for (const unit of kept) machine.stop(unit);
      settle(machine, next);
      // But for those that another container is started with, because it needs them.
      const parts = Object.values(next.containers).filter((part) => machine.isRunning(part.unit));
      const needed = parts.flatMap((part) => part.dependsOn.map((name) => `container@${name}.service`));
      expect(kept.filter((unit) => machine.isRunning(unit) && !needed.includes(unit))).toEqual([]);
    }),
    runs,
  );
});

test("what is left alone keeps running as it was; what is never restarted takes over in place", () => {
  const kept = fc.constantFrom<"reload" | "none">("reload", "none");
  const others = fc.record({ text: fc.constantFrom("a", "b", "c"), bind: fc.boolean() });
  fc.assert(
    fc.property(kept, fc.array(others, { minLength: 2, maxLength: 4 }), fc.nat(), (onChange, all, cut) => {
      const machine = new SimulatedMachine();
      const of = (one: { text: string; bind: boolean }) =>
        compiled({
          a: {
            onChange,
            autoStart: true,
            needs: [],
            bindMounts: one.bind ? { "/srv": {} } : {},
            config: { etc: { file: { text: one.text } } },
          },
        });
      const jobs = (next: Generation) => planFor(machine, next).steps.map((step) => step.id);
      machine.carryOut(planFor(machine, of(all[0]!)));
      for (const next of all.slice(1).map(of)) {
        expect(jobs(next).filter((id) => /^(re)?start-unit|^stop-unit/.test(id))).toEqual([]);
        cutShort(machine, next, cut);
        machine.carryOut(planFor(machine, next));
        expect(jobs(next)).toEqual([]);
      }
    }),
    runs,
  );
});

test("a firewall's rules are exchanged where nothing else changes, and beside whatever else does", () => {
  const at = { autoStart: true, privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2", needs: [] };
  const web = (open: number | null, more: object = {}): Containers => ({
    web: {
      ...at,
      ...more,
      config: { ...(open !== null && { firewall: { enable: true, allowedTCPPorts: [open] } }), ...more },
    },
  });
  const machine = new SimulatedMachine();
  for (const next of [
    web(null),
    web(80),
    web(443),
    web(80, { packages: ["nginx-light"] }),
    web(443, { bindMounts: { "/srv": {} } }),
    web(80, { onChange: "restart", timeoutStartSec: "2min" }),
    web(null, { localAddress: "10.0.0.3" }),
    web(443, { localAddress: "10.0.0.4" }),
  ])
    settle(machine, compiled(next));
});
