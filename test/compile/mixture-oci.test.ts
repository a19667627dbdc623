/** One OCI container as in another generation, and everything else as it is. */
import { describe, expect, test } from "vitest";
import { type Generation, mixture } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { compiled } from "./oci/evaluated.ts";

const image = "localhost/web:1";
const web = (A: string, more: object = {}) => ({ image, environment: { A }, ...more });
const oci = (containers: object, more: object = {}): Generation => compiled({ ociContainers: { containers, ...more } });
const stored = (generation: Generation): Generation => JSON.parse(JSON.stringify(generation)) as Generation;

const mixed = (now: Generation, former: Generation, name = "web"): Generation =>
  stored(mixture(defaultLayout, stored(now), { number: 5, generation: stored(former) }, name));

/** All but the id: what is nobody's alone may stand in another order of pieces. */
function expectSame(made: Generation, wanted: Generation): void {
  const { id: _, asIn, ...content } = made;
  const { id: __, ...same } = stored(wanted);
  expect(content).toEqual(same);
  expect(asIn).toEqual({ web: 5 });
}

describe("it is what such a configuration is compiled to", () => {
  const db = web("db");
  const cases: readonly [about: string, now: object, then: object][] = [
    ["another environment", web("2"), web("1")],
    ["another service", web("1"), web("1", { serviceName: "site" })],
    ["started by itself or not", web("1", { autoStart: false }), web("1")],
    ["with ports and what it needs", web("1"), web("1", { ports: ["8080:80"], dependsOn: ["db"] })],
    ["with a health check", web("1"), web("1", { healthcheck: { command: ["true"] } })],
  ];
  test.each(cases)("%s", (_, now, then) => {
    expectSame(mixed(oci({ web: now, db }), oci({ web: then, db })), oci({ web: then, db }));
    expectSame(mixed(oci({ web: then, db }), oci({ web: now, db })), oci({ web: now, db }));
  });

  test("it was a system container, or is one now", () => {
    const system = compiled({ containers: { web: { config: {} } }, ociContainers: { containers: { db } } });
    expectSame(mixed(oci({ web: web("1"), db }), system), system);
    expectSame(mixed(system, oci({ web: web("1"), db })), oci({ web: web("1"), db }));
  });

  test("it is gone, and its network with it: both come back", () => {
    const then = oci({ web: web("1") });
    expect(Object.keys(then.units).filter((unit) => unit.includes("network"))).not.toEqual([]);
    expectSame(mixed(oci({}), then), then);
    const named = { networks: { front: {} }, volumes: { data: {} } };
    const own = oci({ web: web("1", { networks: ["front"], volumes: ["data:/data"] }) }, named);
    expectSame(mixed(oci({}), own), own);
  });

  test("a network that is declared now stays as it is now", () => {
    const on = (subnet: string, A: string) =>
      oci({ web: web(A, { networks: ["front"] }) }, { networks: { front: { subnets: [subnet] } } });
    expectSame(mixed(on("10.8.0.0/24", "2"), on("10.9.0.0/24", "1")), on("10.8.0.0/24", "1"));
  });
});

describe("what cannot be together is refused", () => {
  const codes = (now: Generation, then: Generation) => {
    try {
      mixed(now, then);
    } catch (error) {
      if (error instanceof StowageError) return error.problems.map(({ code }) => code);
      throw error;
    }
    return [];
  };
  const db = (more: object = {}) => web("db", more);

  test.each<[about: string, now: object, then: object, code: string]>([
    ["its port is another's", { db: db({ ports: ["80:80"] }) }, { web: web("1", { ports: ["80:80"] }) }, "port-clash"],
    [
      "its service is another's",
      { db: db({ serviceName: "s" }) },
      { web: web("1", { serviceName: "s" }) },
      "unit-clash",
    ],
    ["what it needs is gone", {}, { web: web("1", { dependsOn: ["db"] }), db: db() }, "missing-unit"],
    [
      "what it needs has another service",
      { db: db({ serviceName: "s" }) },
      { web: web("1", { dependsOn: ["db"] }), db: db() },
      "missing-unit",
    ],
  ])("%s", (_, now, then, code) => {
    expect(codes(oci(now), oci(then))).toContain(code);
  });
});

test("the parameter file has what others and a rollback go by, and no name of an option that is another's", () => {
  const generation = oci({ web: web("1", { ports: ["80:80"], login: { passwordFile: "/run/p" } }) });
  const value = JSON.parse(generation.files["/etc/stowage/containers/web.json"]?.text ?? "");
  expect(value).toMatchObject({ kind: "oci", unit: "podman-web.service", engine: "podman", image, ports: ["80:80"] });
  expect(Object.keys(value).filter((key) => /log-driver|Docker/.test(key))).toEqual([]);
});
