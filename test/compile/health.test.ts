/** healthcheck and dependsOn, of both kinds of containers, in what is compiled. */
import { expect, test } from "vitest";
import { mixture } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { render } from "../../src/units/index.ts";
import { compiled, evaluated, problemsOf } from "./oci/evaluated.ts";

const image = "localhost/web:1";
const healthcheck = {
  command: ["check", "$HOME", "100%", "a\nb"],
  interval: "5s",
  timeout: "2s",
  retries: 4,
  startPeriod: "1min",
};
const system = { path: "/srv/tree" };

const text = (definitions: object, unit: string): string => {
  const found = compiled(definitions).units[unit];
  if (found === undefined) throw new Error(`there is no ${unit}`);
  return render(found);
};
const line = (definitions: object, unit: string, key: string): string[] =>
  text(definitions, unit)
    .split("\n")
    .filter((one) => one.startsWith(`${key}=`))
    .map((one) => one.slice(key.length + 1));

const kinds = {
  system: {
    host: { containers: { web: { ...system, healthcheck } } },
    unit: "container@web.service",
    stop: "0 ",
    check:
      '/usr/bin/systemd-run --machine=web --quiet --pipe --wait --collect --service-type=exec --property=LogLevelMax=notice --property=RuntimeMaxSec=2s --property=TimeoutStopSec=5s -- check $$$$HOME 100%% "a\\nb"',
  },
  podman: {
    host: { ociContainers: { containers: { web: { image, healthcheck } } } },
    unit: "podman-web.service",
    stop: "4 /usr/bin/podman stop -- web ",
    check: '/usr/bin/podman --events-backend=none exec -- web check $$HOME 100%% "a\\nb"',
  },
  docker: {
    host: { ociContainers: { backend: "docker", containers: { web: { image, healthcheck } } } },
    unit: "docker-web.service",
    stop: "4 /usr/bin/docker stop -- web ",
    check: '/usr/bin/docker exec -- web check $$HOME 100%% "a\\nb"',
  },
} as const;

test.each(Object.entries(kinds))(
  "%s: its service is ready when the check has passed",
  (_, { host, unit, check, stop }) => {
    expect(line(host, unit, "ExecStartPost")).toContain(
      `/bin/sh /etc/stowage/containers/web.health ready 1 2 80 ${stop}${check}`,
    );
    expect(line(host, unit, "Wants").join(" ").split(" ")).toContain("container-health@web.service");
    expect(line(host, unit, "After").join(" ")).not.toContain("container-health@");
  },
);

test.each(Object.entries(kinds))(
  "%s: a unit beside it goes on checking, and restarts it",
  (_, { host, unit, check }) => {
    const watch = "container-health@web.service";
    expect(line(host, watch, "ExecStart")).toEqual([`/bin/sh /etc/stowage/containers/web.health watch 5 2 4 ${check}`]);
    expect(line(host, watch, "ExecStopPost")).toEqual([`+/bin/sh /etc/stowage/containers/web.health renew ${unit}`]);
    for (const key of ["Requisite", "PartOf"]) expect(line(host, watch, key)).toEqual([unit]);
    expect(line(host, watch, "StopWhenUnneeded")).toEqual(["yes"]);
    expect(line(host, watch, "After")).toEqual([unit]);
    const { containers, files } = compiled(host);
    expect(containers.web).toMatchObject({ health: watch, companions: expect.arrayContaining([watch]) });
    expect(files["/etc/stowage/containers/web.health"]?.text).not.toContain("HOME");
  },
);

test("a start has the time of its check on top of its own", () => {
  const timeout = (more: object) =>
    line({ containers: { web: { ...system, healthcheck, ...more } } }, "container@web.service", "TimeoutStartSec");
  expect(timeout({})).toEqual(["142"]);
  expect(timeout({ timeoutStartSec: "1min 30s" })).toEqual(["172"]);
  expect(timeout({ timeoutStartSec: "infinity" })).toEqual(["infinity"]);
  expect(timeout({ healthcheck: null })).toEqual(["1min"]);
});

test("without a check there is nothing of it", () => {
  const { units, files, containers } = compiled({
    containers: { web: system },
    ociContainers: { containers: { other: { image } } },
  });
  expect(Object.keys(units).filter((unit) => unit.includes("health"))).toEqual([]);
  expect(Object.keys(files).filter((path) => path.endsWith(".health"))).toEqual([]);
  expect([containers.web, containers.other].map((part) => Object.hasOwn(part ?? {}, "health"))).toEqual([false, false]);
});

test("podman.sdnotify: healthy is waited for by us, since podman 4.3 cannot; by the check that the image has", () => {
  const host = (more: object) => ({
    ociContainers: { containers: { web: { image, podman: { sdnotify: "healthy" }, ...more } } },
  });
  const [start] = line(host({}), "podman-web.service", "ExecStart");
  expect(start).toContain(" --sdnotify=conmon ");
  expect(line(host({}), "podman-web.service", "ExecStartPost")).toEqual([
    '/bin/sh /etc/stowage/containers/web.health told 4 /usr/bin/podman stop -- web /usr/bin/podman container inspect "--format={{.State.Health.Status}}" -- web',
  ]);
  expect(compiled(host({})).files["/etc/stowage/containers/web.health"]).toBeDefined();
  expect(line(host({ healthcheck }), "podman-web.service", "ExecStartPost").join()).toContain(" ready 1 2 80 4 ");
});

test("options of the engine's command are those of its checks too", () => {
  const host = {
    ociContainers: { containers: { web: { image, healthcheck, preRunExtraOptions: ["--log-level=warn"] } } },
  };
  expect(line(host, "podman-web.service", "ExecStartPost").join()).toContain(
    " /usr/bin/podman --log-level=warn --events-backend=none exec -- web ",
  );
});

test.each([
  ["interval", "0s"],
  ["interval", "infinity"],
  ["timeout", "0"],
  ["startPeriod", "infinity"],
  ["retries", 0],
  ["command", []],
])("%s: %s is refused", (key, value) => {
  const definitions = { containers: { web: { ...system, healthcheck: { ...healthcheck, [key]: value } } } };
  expect(
    evaluated(definitions)
      .issues.map(({ message }) => message)
      .join(),
  ).toContain(`healthcheck.${key}`);
});

test("containers of either kind need those of the other", () => {
  const host = (backend: string) => ({
    containers: { front: { ...system, dependsOn: ["db"] }, cache: system },
    ociContainers: { backend, containers: { db: { image, dependsOn: ["cache"] } } },
  });
  for (const backend of ["podman", "docker"]) {
    expect(line(host(backend), "container@front.service", "Requires").join()).toContain(`${backend}-db.service`);
    expect(line(host(backend), "container@front.service", "After").join()).toContain(`${backend}-db.service`);
    expect(line(host(backend), `${backend}-db.service`, "Requires").join()).toContain("container@cache.service");
    expect(line(host(backend), `${backend}-db.service`, "After").join()).toContain("container@cache.service");
  }
});

test("a name that nobody has is refused with one that is near it, of either kind", () => {
  const near = (definitions: object) => {
    try {
      compiled(definitions);
      return [];
    } catch (error) {
      if (!(error instanceof StowageError)) throw error;
      return error.problems.map(({ message, hint }) => [message, hint]);
    }
  };
  expect(
    near({
      containers: { database: system, front: { ...system, dependsOn: ["weeb"] } },
      ociContainers: { containers: { web: { image, dependsOn: ["databse"] }, other: { image, dependsOn: ["wbe"] } } },
    }),
  ).toEqual([
    ['container front needs "weeb", and there is no such container', "did you mean web?"],
    ['container other needs "wbe", and there is no such container', "did you mean web?"],
    ['container web needs "databse", and there is no such container', "did you mean database?"],
  ]);
});

test("a circle through both kinds is shown whole", () => {
  expect(
    problemsOf({
      containers: { a: { ...system, dependsOn: ["b"] }, c: { ...system, dependsOn: ["a"] } },
      ociContainers: { containers: { b: { image, dependsOn: ["c"] } } },
    }),
  ).toEqual(["containers need each other in a circle: a → b → c → a"]);
});

test.each([
  ["system", (check: object | null) => ({ containers: { web: { ...system, healthcheck: check }, other: system } })],
  ["oci", (check: object | null) => ({ ociContainers: { containers: { web: { image, healthcheck: check } } } })],
])("%s: one that is rolled back alone has its check, or no longer has it", (_, host) => {
  const [without, checked] = [compiled(host(null)), compiled(host(healthcheck))];
  const back = (now: typeof without, then: typeof without) =>
    mixture(defaultLayout, now, { number: 1, generation: then }, "web");
  expect(back(without, checked).id).toBe(checked.id);
  expect(back(checked, without).id).toBe(without.id);
});
