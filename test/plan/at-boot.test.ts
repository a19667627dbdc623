import { describe, expect, test } from "vitest";
import type { Generation } from "../../src/compile/generation.ts";
import { bootJobs, type Plan, plan, type Step, waitsForBoot, withoutJobs } from "../../src/plan/index.ts";
import type { UnitSection } from "../../src/units/index.ts";

const nothing: Omit<Generation, "id"> = {
  format: 1,
  units: {},
  unitLinks: {},
  files: {},
  hosts: [],
  ports: [],
  containers: {},
  systems: {},
};

/** Units by name with their [Unit] section; links. */
const generation = (
  id: string,
  units: Readonly<Record<string, UnitSection>>,
  links: readonly string[] = [],
): Generation => ({
  ...nothing,
  id: id.repeat(32),
  units: Object.fromEntries(Object.entries(units).map(([name, Unit]) => [name, { name, sections: { Unit } }])),
  unitLinks: Object.fromEntries(links.map((link) => [link, `../${link.split("/")[1]}`])),
});

const step = (action: Step["action"], ...after: string[]): Step => ({
  id: `${action.do} ${"unit" in action ? action.unit : ""}`.trim(),
  action,
  because: "a test",
  after,
});

describe("a plan without its jobs", () => {
  test("keeps its other steps, and what came after a job comes after what that came after", () => {
    const steps = [
      step({ do: "stop-unit", unit: "a" }),
      step({ do: "stop-unit", unit: "b" }, "stop-unit a"),
      step({ do: "write-unit", unit: "a" }, "stop-unit b"),
      step({ do: "daemon-reload" }, "write-unit a", "stop-unit b"),
      step({ do: "restart-unit", unit: "c" }, "daemon-reload"),
      step({ do: "start-unit", unit: "d" }, "restart-unit c"),
      step({ do: "reload-unit", unit: "e" }, "start-unit d"),
      step({ do: "reload-manager", manager: "NetworkManager.service" }, "reload-unit e", "daemon-reload"),
    ];
    const whole: Plan = { current: null, next: generation("a", {}), steps, kept: [], notices: [], blocked: [] };
    expect(withoutJobs(whole).steps.map(({ id, after }) => [id, after])).toEqual([
      ["write-unit a", []],
      ["daemon-reload", ["write-unit a"]],
      ["reload-manager", ["daemon-reload"]],
    ]);
  });
});

test("paths, timers and sockets are up before: they do not wait, and keep their jobs", () => {
  const early = { "names.path": {}, "port.socket": { DefaultDependencies: false }, "one.service": {} };
  const names = Object.keys(early);
  const steps = names.map((unit) => step({ do: "restart-unit", unit }));
  const next = generation("a", early);
  expect(
    Object.values(next.units)
      .filter(waitsForBoot)
      .map(({ name }) => name),
  ).toEqual(["port.socket", "one.service"]);
  const whole: Plan = { current: null, next, steps, kept: [], notices: [], blocked: [] };
  expect(withoutJobs(whole).steps.map(({ id }) => id)).toEqual(["restart-unit names.path"]);
});

describe("jobs of a boot", () => {
  test("what targets want is started; what nothing of ours wants any more is not", () => {
    const former = generation(
      "a",
      {
        "one.service": { BindsTo: "one-net.service", Requires: "needed.service other.service" },
        "one-net.service": {},
        "needed.service": { Wants: ["port.socket"] },
        "port.socket": {},
        "gone.service": {},
        "idle.service": {},
      },
      ["machines.target.wants/one.service", "machines.target.wants/gone.service"],
    );
    const next = generation(
      "b",
      { "one.service": { BindsTo: "one-net.service" }, "one-net.service": {}, "needed.service": {}, "new.service": {} },
      ["machines.target.wants/one.service", "multi-user.target.wants/new.service", "machines.target.wants/eth9.device"],
    );
    expect(bootJobs(former, next)).toEqual({
      // Not other.service, which is somebody else's, nor idle.service, which no boot starts.
      cancel: ["gone.service", "needed.service", "port.socket"],
      start: ["eth9.device", "new.service", "one.service"],
      startWith: [],
    });
  });

  test("what a unit of ours wants by a link stays with it; what others' units want is theirs to start", () => {
    const links = ["multi-user.target.wants/bridge.service", "bridge.service.wants/port.service"];
    const units = { "bridge.service": {}, "port.service": {}, "rules.service": {} };
    const former = generation("a", units, links);
    const next = generation("b", units, [...links, "docker.service.wants/rules.service"]);
    expect(bootJobs(former, next)).toEqual({
      cancel: [],
      start: ["bridge.service"],
      startWith: [{ unit: "rules.service", wanter: "docker.service" }],
    });
  });
});

describe("while the next boot has another generation", () => {
  const [one, two] = [generation("1", {}), generation("2", {})];
  const observed = { units: {}, files: {}, unitLinks: {}, hosts: null, containers: {} };
  const steps = (...args: Parameters<typeof plan>) => plan(...args).steps.map(({ id, because }) => `${id}: ${because}`);

  test("a switch to what the machine has is recorded, without it nothing is", () => {
    expect(steps(one, one, observed)).toEqual([]);
    expect(steps(one, one, observed, { nextBoot: one })).toEqual([]);
    expect(steps(one, one, observed, { nextBoot: two })).toEqual(["record-generation: the next boot has it"]);
    expect(steps(one, two, observed, { nextBoot: two })).toEqual(["record-generation: the next boot has it"]);
  });

  test("a test is recorded as one; a second one changes nothing", () => {
    const untilBoot = true;
    expect(steps(one, two, observed, { nextBoot: one, untilBoot })).toEqual([
      "record-generation: the next boot has the former one",
    ]);
    expect(steps(two, two, observed, { nextBoot: one, untilBoot })).toEqual([]);
  });
});
