import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileConfig, compileJson, requestsOf } from "../../src/compile/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { isMarked } from "../../src/units/index.ts";
import { hostConfig, lock, type ShortContainer } from "./config.ts";

const generationOf = (containers: Record<string, ShortContainer>) =>
  compileConfig(hostConfig(containers), lock, defaultLayout);

const web: ShortContainer = {
  autoStart: true,
  privateNetwork: true,
  hostAddress: "10.233.1.1",
  localAddress: "10.233.1.2/24",
  hostAddress6: "fd00:233:1::1",
  localAddress6: "fd00:233:1::2",
  forwardPorts: [{ hostPort: 8080, containerPort: 80 }],
  config: { packages: ["nginx-light"], services: { nginx: { wantedBy: ["multi-user.target"] } } },
};

describe("a generation", () => {
  test("is frozen all the way down", () => {
    const generation = generationOf({ web });
    expect(Object.isFrozen(generation.units["container@web.service"]?.sections)).toBe(true);
    expect(Object.isFrozen(generation.containers.web?.ports)).toBe(true);
  });

  test("is the same for the same input, whatever the order of names; its id says when it is not", () => {
    const a = generationOf({ web, db: {} });
    const b = generationOf({ db: {}, web });
    expect(JSON.stringify(a)).toBe(JSON.stringify(b));
    expect(a.id).toMatch(/^[0-9a-f]{32}$/);
    expect(generationOf({ web, db: { autoStart: true } }).id).not.toBe(a.id);
  });

  test("of no containers is empty", () => {
    expect(generationOf({})).toMatchObject({ units: {}, unitLinks: {}, files: {}, hosts: [], ports: [], systems: {} });
  });

  test("names hosts without prefix length, of both families", () => {
    expect(generationOf({ web }).hosts).toEqual([
      { address: "10.233.1.2", names: ["web.containers"] },
      { address: "fd00:233:1::2", names: ["web.containers"] },
    ]);
  });

  test("every file is marked as ours", () => {
    for (const [path, file] of Object.entries(generationOf({ web }).files)) {
      if (path.endsWith(".json")) expect(file.text).toMatch(/^{\n {2}"madeBy": "stowage",/);
      else expect(isMarked(file.text)).toBe(true);
    }
  });

  test("systems come in an order in which they can be built; two containers share a package tree", () => {
    const kinds = Object.values(generationOf({ a: {}, b: {} }).systems).map((recipe) => recipe.kind);
    expect(kinds).toEqual(["debian", "toplevel", "toplevel"]);
  });

  test("a forwarded port without containerPort leads to the same number", () => {
    const { ports } = generationOf({ web: { ...web, forwardPorts: [{ hostPort: 53, protocol: "udp" }] } });
    expect(ports).toEqual([{ container: "web", protocol: "udp", hostPort: 53, containerPort: 53 }]);
  });
});

test("requests: one for each list of packages, sorted", () => {
  const config = hostConfig({
    a: { config: { packages: ["b", "a", "b"] } },
    b: { config: { packages: ["a", "b"] } },
    c: {},
  });
  expect(requestsOf(config)).toEqual([
    { kind: "debian", suite: "trixie", packages: [] },
    { kind: "debian", suite: "trixie", packages: ["a", "b"] },
  ]);
});

describe("compile --json", () => {
  test("commands are argument lists", () => {
    const json = compileJson(generationOf({ web }));
    const service = json.units["container@web.service"]?.Service;
    expect(service?.ExecStart?.[0]).toMatchObject({
      prefixes: "",
      argv: expect.arrayContaining(["/usr/bin/systemd-nspawn", "--machine=web"]),
    });
    expect(service?.ExecStopPost?.[0]).toMatchObject({ prefixes: "-" });
    expect(service?.KillMode).toEqual(["mixed"]);
  });

  test("a path of any characters arrives whole", () => {
    const path = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[\p{Cc}\p{Surrogate}/]/u.test(text));
    fc.assert(
      fc.property(path, (name) => {
        fc.pre(name !== "." && name !== "..");
        const json = compileJson(generationOf({ web: { bindMounts: { "/data": { hostPath: `/srv/${name}` } } } }));
        const [exec] = json.units["container@web.service"]?.Service?.ExecStart ?? [];
        const escaped = `/srv/${name}`.replaceAll("\\", "\\\\").replaceAll(":", "\\:");
        expect(exec).toMatchObject({ argv: expect.arrayContaining([`--bind-ro=${escaped}:/data`]) });
      }),
      { numRuns: 50 },
    );
  });
});

test("MAC addresses differ by host and by nothing else", () => {
  const on = (hostId: string) =>
    compileConfig(
      hostConfig({ web: { privateNetwork: true, macvlans: ["eth1"] } }),
      lock,
      defaultLayout,
      () => [],
      hostId,
    );
  const file = (hostId: string) => on(hostId).files["/etc/stowage/network/web.up"]?.text ?? expect.fail("no file");
  const macs = /(?<=address )\S+/g;
  expect(file("a")).toBe(file("a"));
  expect(file("a").replace(macs, "")).toBe(file("b").replace(macs, ""));
  const all = [...(file("a").match(macs) ?? []), ...(file("b").match(macs) ?? [])];
  expect(new Set(all).size).toBe(6);
});
