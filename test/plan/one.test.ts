/** One container goes back to what it was, on machines in memory: it alone is touched, and a switch brings it back. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileConfig, type Generation, mixture } from "../../src/compile/index.ts";
import { plan } from "../../src/plan/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { someContainers } from "../compile/arbitrary.ts";
import { hostConfig, lock, type ShortContainer } from "../compile/config.ts";
import { SimulatedMachine } from "./simulated.ts";

type Containers = Readonly<Record<string, ShortContainer>>;

/** A machine in memory has nothing of containers with a `path`. */
const ours = (one: ShortContainer): ShortContainer => (one.config === null ? { ...one, path: null, config: {} } : one);

/** As it is read back. @param needs whether `c` needs `b` */
function compiled(containers: Containers, needs: boolean): Generation {
  const all = Object.fromEntries(Object.entries(containers).map(([name, one]) => [name, ours(one)]));
  const more = needs && all.c && all.b ? { c: { ...all.c, dependsOn: ["b"] } } : {};
  const generation = compileConfig(hostConfig({ ...all, ...more }), lock, defaultLayout);
  return JSON.parse(JSON.stringify(generation)) as Generation;
}

function planFor(machine: SimulatedMachine, next: Generation) {
  const known = machine.current === null ? [next] : [machine.current, next];
  return plan(machine.current, next, machine.observe(known));
}

test("nothing of the others is touched, but of those that need it; a switch brings back what was there", () => {
  let rolled = 0;
  const property = fc.property(
    someContainers,
    someContainers,
    fc.constantFrom("a", "b", "c"),
    fc.boolean(),
    (former, present, name, needs) => {
      if (former[name] === undefined || (needs && name === "c")) return;
      rolled++;
      const [then, now] = [compiled(former, false), compiled(present, needs)];
      const machine = new SimulatedMachine();
      machine.carryOut(planFor(machine, then));
      machine.carryOut(planFor(machine, now));
      const next = mixture(defaultLayout, now, { number: 1, generation: then }, name);
      const made = planFor(machine, next);
      const touched = new Set(made.steps.flatMap(({ container }) => container ?? []));
      expect([...touched].filter((one) => one !== name && !next.containers[one]?.dependsOn.includes(name))).toEqual([]);
      const others = Object.values(now.containers).filter((part) => !touched.has(part.name) && part.name !== name);
      const isRunning = () => others.map(({ unit }) => machine.isRunning(unit));
      const running = isRunning();
      machine.carryOut(made);
      expect(isRunning()).toEqual(running);
      expect(machine.current?.id).toBe(next.id);
      expect(planFor(machine, next).steps).toEqual([]);
      expect(machine.stale(next)).toEqual([]);
      machine.carryOut(planFor(machine, now));
      expect(machine.current?.id).toBe(now.id);
      expect(machine.stale(now)).toEqual([]);
    },
  );
  fc.assert(property, { numRuns: 40 });
  expect(rolled).toBeGreaterThan(10);
});
