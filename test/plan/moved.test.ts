/** A container by another service than before: another engine's, one of the other kind, or one that is called otherwise. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Generation } from "../../src/compile/index.ts";
import { plan } from "../../src/plan/index.ts";
import { compiled } from "../compile/oci/evaluated.ts";
import { machine } from "./observed.ts";
import { SimulatedMachine } from "./simulated.ts";

const web = { image: "localhost/web:1" };
const oci = (containers: object, more: object = {}): Generation => compiled({ ociContainers: { containers, ...more } });

interface Asked {
  readonly before: Generation;
  readonly next: Generation;
  readonly units?: Readonly<Record<string, string>>;
}

const stepsOf = ({ before, next, units = {} }: Asked) => plan(before, next, machine([before], { units })).steps;

const jobsOf = (asked: Asked): string[] =>
  stepsOf(asked)
    .map(({ id }) => id)
    .filter((id) => /^(start|stop|restart|reload)-unit (podman|docker|container|site|other)\b/.test(id));

/** All that a step waits for, however far away. */
function waitsFor(asked: Asked, id: string): ReadonlySet<string> {
  const steps = new Map(stepsOf(asked).map((step) => [step.id, step]));
  const all = new Set<string>();
  const visit = (one: string) => {
    for (const before of steps.get(one)?.after ?? []) {
      if (all.has(before)) continue;
      all.add(before);
      visit(before);
    }
  };
  visit(id);
  return all;
}

describe("by another engine", () => {
  const asked = { before: oci({ web }), next: oci({ web }, { backend: "docker" }) };

  test("stopped by its former service, and with that one's definition, before the new one starts", () => {
    expect(jobsOf(asked)).toEqual(["stop-unit podman-web.service", "start-unit docker-web.service"]);
    expect(waitsFor(asked, "remove-unit podman-web.service")).toContain("stop-unit podman-web.service");
    expect([...waitsFor(asked, "start-unit docker-web.service")]).toEqual(
      expect.arrayContaining(["stop-unit podman-web.service", "write-unit docker-web.service", "daemon-reload"]),
    );
  });

  test("why is said", () => {
    const start = stepsOf(asked).find(({ id }) => id === "start-unit docker-web.service");
    expect(start).toMatchObject({ container: "web", because: "it was podman's" });
  });

  test("one that a person stopped stays so; one that had failed is forgotten, and started", () => {
    const found = (state: string) => jobsOf({ ...asked, units: { "podman-web.service": state } });
    expect(found("inactive")).toEqual([]);
    expect(found("failed")).toEqual(["stop-unit podman-web.service", "start-unit docker-web.service"]);
    expect(found("activating/auto-restart")).toEqual(["stop-unit podman-web.service", "start-unit docker-web.service"]);
  });

  test("what needs it is stopped before it, and started after it", () => {
    const needing = { web, app: { ...web, dependsOn: ["web"] } };
    const both = { before: oci(needing), next: oci(needing, { backend: "docker" }) };
    expect(waitsFor(both, "stop-unit podman-web.service")).toContain("stop-unit podman-app.service");
    expect(waitsFor(both, "start-unit docker-app.service")).toContain("start-unit docker-web.service");
  });
});

describe("by another name", () => {
  const named = (serviceName: string, name = "web") => oci({ [name]: { ...web, serviceName } });

  test("its own", () => {
    const asked = { before: named("site"), next: named("other") };
    expect(jobsOf(asked)).toEqual(["stop-unit site.service", "start-unit other.service"]);
    expect(stepsOf(asked).at(-1)?.because).toBe("its service was site.service");
  });

  test("another container takes the name of one that goes: what runs by it is the former one's", () => {
    const asked = { before: named("site"), next: named("site", "www") };
    expect(jobsOf(asked)).toEqual(["stop-unit site.service", "start-unit site.service"]);
    expect(waitsFor(asked, "write-unit site.service")).toContain("stop-unit site.service");
  });

  test("two change names", () => {
    const two = (a: string, b: string) => oci({ a: { ...web, serviceName: a }, b: { ...web, serviceName: b } });
    const asked = { before: two("site", "other"), next: two("other", "site") };
    expect(jobsOf(asked).toSorted()).toEqual([
      "start-unit other.service",
      "start-unit site.service",
      "stop-unit other.service",
      "stop-unit site.service",
    ]);
    for (const unit of ["site", "other"])
      expect([...waitsFor(asked, `write-unit ${unit}.service`)]).toEqual(
        expect.arrayContaining(["stop-unit other.service", "stop-unit site.service"]),
      );
  });
});

describe("of the other kind", () => {
  const link = { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" };
  const system = compiled({ containers: { web: { ...link, autoStart: true, config: {} } } });

  test("a system container becomes an OCI container: its network goes with it, its state stays", () => {
    const asked = { before: system, next: oci({ web }) };
    expect(jobsOf(asked)).toEqual([
      "stop-unit container@web.service",
      "stop-unit container-net@web.service",
      "start-unit podman-web.service",
    ]);
    expect(plan(system, asked.next, machine([system])).notices).toContain(
      "container web is an OCI container now: its state in /var/lib/stowage/containers/web stays, and is no longer used",
    );
  });

  test("and back, though it is never to be restarted", () => {
    const next = compiled({ containers: { web: { autoStart: true, restartIfChanged: false, config: {} } } });
    const asked = { before: oci({ web }), next };
    expect(jobsOf(asked)).toEqual(["stop-unit podman-web.service", "start-unit container@web.service"]);
    expect(stepsOf(asked).map(({ id }) => id)).toEqual(expect.arrayContaining(["seed-root web", "declare web"]));
  });
});

test("a container that its engine does not have any more is started again; one that is paused is told", () => {
  const before = oci({ web });
  const found = (engine: "gone" | "paused") => {
    const observed = machine([before], { containers: { web: { hasRoot: false, declared: null, engine } } });
    return plan(before, before, observed);
  };
  expect(found("gone").steps.map(({ id, because }) => [id, because])).toEqual([
    ["restart-unit podman-web.service", "its container was removed or renamed by hand"],
  ]);
  expect(found("paused").steps).toEqual([]);
  expect(found("paused").drift).toEqual(["container web was paused by hand, and is left so: podman unpause web"]);
  const alice = { uid: 1000, home: "/home/alice", hasSubIds: true };
  const hers = compiled(
    {
      ociContainers: { defaultNetwork: { enable: false }, containers: { web: { ...web, podman: { user: "alice" } } } },
    },
    { users: new Map([["alice", alice]]) },
  );
  const observed = machine([hers], { containers: { web: { hasRoot: false, declared: null, engine: "paused" } } });
  expect(plan(hers, hers, observed).drift).toEqual([
    "container web was paused by hand, and is left so: podman unpause web, as alice",
  ]);
});

/** Each of some names, by some service, or not at all. */
const hosts = fc
  .record({
    backend: fc.constantFrom("podman", "docker"),
    names: fc.shuffledSubarray(["s1", "s2", "s3"], { minLength: 3 }),
    containers: fc.record(
      Object.fromEntries(
        ["a", "b", "c"].map((name) => [
          name,
          fc.record({
            kind: fc.constantFrom("oci", "oci", "oci", "system"),
            named: fc.boolean(),
            network: fc.boolean(),
            text: fc.constantFrom("1", "2"),
            needs: fc.boolean(),
          }),
        ]),
      ),
      { requiredKeys: [] },
    ),
  })
  .map(({ backend, names, containers }) => {
    const all = Object.entries(containers as Record<string, Random>);
    const isThere = (name: string) => all.some(([other]) => other === name);
    const of = (kind: Random["kind"], make: (one: Random, name: string, dependsOn: string[]) => object) =>
      Object.fromEntries(
        all.flatMap(([name, one]) => {
          const before = String.fromCharCode(name.charCodeAt(0) - 1);
          const dependsOn = one.needs && isThere(before) ? [before] : [];
          return one.kind === kind ? [[name, make(one, name, dependsOn)]] : [];
        }),
      );
    return {
      containers: of("system", ({ network, text }, name, dependsOn) => ({
        autoStart: true,
        dependsOn,
        ...(network && {
          privateNetwork: true,
          hostAddress: `10.${name.charCodeAt(0)}.0.1`,
          localAddress: `10.${name.charCodeAt(0)}.0.2`,
        }),
        config: { environment: { etc: { file: { text } } } },
      })),
      ociContainers: {
        backend,
        containers: of("oci", ({ named, text }, name, dependsOn) => ({
          ...web,
          dependsOn,
          environment: { A: text },
          ...(named && { serviceName: names["abc".indexOf(name)] }),
        })),
      },
    };
  });

interface Random {
  readonly kind: "oci" | "system";
  readonly named: boolean;
  readonly network: boolean;
  readonly text: string;
  readonly needs: boolean;
}

function planFor(simulated: SimulatedMachine, next: Generation) {
  const known = [simulated.current, ...simulated.leftBehind, next].filter((one): one is Generation => one !== null);
  const leftBehind = simulated.leftBehind.filter((one) => one.id !== simulated.current?.id);
  const cut =
    simulated.leftBehind.length > 0 && leftBehind.length === 0 ? simulated.leftBehind.slice(0, 1) : leftBehind;
  return plan(simulated.current, next, simulated.observe(known), { leftBehind: cut });
}

function settle(simulated: SimulatedMachine, next: Generation): void {
  simulated.carryOut(planFor(simulated, next));
  expect(planFor(simulated, next).steps.map((step) => step.id)).toEqual([]);
  expect(simulated.stale(next)).toEqual([]);
}

const isAutoStarted = (one: Generation): string[] =>
  Object.values(one.containers).flatMap((part) => (part.autoStart ? [part.unit] : []));

test("names that went on, cut short: who needs one of them runs in the end, wherever that was", () => {
  const image = { ...web, dependsOn: [], environment: { A: "1" } };
  const docker = (containers: object) => compiled({ ociContainers: { backend: "docker", containers } });
  const one = docker({ a: image, b: image, c: { ...image, serviceName: "s2" } });
  const two = docker({
    a: { ...image, serviceName: "s2" },
    b: { ...image, serviceName: "s3", dependsOn: ["a"] },
    c: image,
  });
  const { length } = planFor(after(one), two).steps;
  expect(length).toBeGreaterThan(15);
  for (let cut = 0; cut < length; cut++) {
    const simulated = after(one);
    simulated.carryOut(planFor(simulated, two), cut);
    settle(simulated, two);
    expect(isAutoStarted(two).filter((unit) => !simulated.isRunning(unit))).toEqual([]);
  }
});

function after(one: Generation): SimulatedMachine {
  const simulated = new SimulatedMachine();
  settle(simulated, one);
  return simulated;
}

test("whatever becomes what: nothing is left to do, nothing runs by a name that is gone, what should run does", () => {
  const property = fc.property(fc.array(hosts, { minLength: 2, maxLength: 4 }), fc.nat(), (all, cut) => {
    const simulated = new SimulatedMachine();
    const [last, ...former] = all.map((one) => compiled(one)).reverse() as [Generation, ...Generation[]];
    for (const next of former.reverse()) {
      settle(simulated, next);
      const before = isAutoStarted(next);
      expect(before.filter((unit) => !simulated.isRunning(unit))).toEqual([]);
    }
    expect(simulated.stoppedWithOthers).toEqual([]);
    // Cut short on the way to the last one, and then finished: what runs by a name that went on may be either's, so that
    // systemd may have to stop what needs it. In the end all run.
    const { steps } = planFor(simulated, last);
    simulated.carryOut(planFor(simulated, last), steps.length === 0 ? 0 : cut % steps.length);
    settle(simulated, last);
    expect(isAutoStarted(last).filter((unit) => !simulated.isRunning(unit))).toEqual([]);
    settle(simulated, compiled({}));
    expect([...simulated.starts().keys()]).toEqual([]);
  });
  fc.assert(property, { numRuns: 80, interruptAfterTimeLimit: 8000 });
});
