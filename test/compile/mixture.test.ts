/** One container as in another generation, and everything else as it is. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileConfig, type Generation, mixture, ownedBy } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import type { HostConfig } from "../../src/options/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { someContainers as some } from "./arbitrary.ts";
import { hostConfig, lock, type ShortContainer } from "./config.ts";

type Bridges = Readonly<Record<string, Partial<HostConfig["networking"]["bridges"][string]>>>;
type Containers = Readonly<Record<string, ShortContainer>>;

const bridged = (containers: Containers, bridges: Bridges): HostConfig => ({
  ...hostConfig(containers),
  networking: {
    ...hostConfig({}).networking,
    bridges: Object.fromEntries(
      Object.entries(bridges).map(([name, one]) => [name, { interfaces: [], rstp: false, addresses: [], ...one }]),
    ),
  },
});

const compiled = (containers: Containers, bridges: Bridges = {}): Generation =>
  compileConfig(bridged(containers, bridges), lock, defaultLayout, undefined, "host-1");

/** As it is read back. */
const stored = (generation: Generation): Generation => JSON.parse(JSON.stringify(generation)) as Generation;

const mixed = (now: Generation, former: Generation, name: string, number = 5): Generation =>
  mixture(defaultLayout, stored(now), { number, generation: stored(former) }, name);

function problemsOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (error instanceof StowageError) return error.problems;
    throw error;
  }
  return [];
}

const bridges: Bridges = {
  br0: { interfaces: ["eth7", "eth8"], rstp: true, addresses: ["192.0.2.1/24", "fd00:2::1/64"] },
};

describe("the mixture", () => {
  test("is the very generation that such a configuration is compiled to", () => {
    let mixtures = 0;
    fc.assert(
      fc.property(some, some, fc.constantFrom("a", "b", "c"), (former, now, name) => {
        if (former[name] === undefined) return;
        mixtures++;
        const made = mixed(compiled(now, bridges), compiled(former, bridges), name);
        const same = compiled({ ...now, [name]: former[name] }, bridges);
        const { asIn, ...content } = stored(made);
        expect(content).toEqual(stored(same));
        expect(asIn).toEqual({ [name]: 5 });
        expect(made.id).toBe(same.id);
        // Order of keys too: what is written is the same text.
        expect(JSON.stringify(content)).toBe(JSON.stringify(stored(same)));
      }),
      { numRuns: 50 },
    );
    expect(mixtures).toBeGreaterThan(15);
  });

  test("has of that container nothing as it is now; and back again it is what was there", () => {
    fc.assert(
      fc.property(some, some, fc.constantFrom("a", "b", "c"), (former, present, name) => {
        if (former[name] === undefined || present[name] === undefined) return;
        const [then, now] = [compiled(former), compiled(present)];
        const made = mixed(now, then, name);
        const [own, before] = [ownedBy(defaultLayout, then, name), ownedBy(defaultLayout, now, name)];
        for (const unit of before?.units ?? []) {
          const wanted = own?.units.find((one) => one.name === unit.name);
          expect(made.units[unit.name]?.sections).toEqual(wanted?.sections);
        }
        expect(mixed(made, now, name).id).toBe(now.id);
      }),
      { numRuns: 30 },
    );
  });

  test("brings a container back that is gone, and a bridge that nobody has any more", () => {
    const on = { privateNetwork: true, hostBridge: "br0", localAddress: "10.0.0.2/24" };
    const others = { db: { config: {} } };
    const then = compiled({ ...others, web: on }, { br0: { addresses: ["10.0.0.1/24"] }, br9: {} });
    const made = mixed(compiled(others), then, "web");
    expect(Object.keys(made.containers)).toEqual(["db", "web"]);
    expect(made.units["stowage-bridge@br0.service"]).toBeDefined();
    // Only what the container is on.
    expect(made.units["stowage-bridge@br9.service"]).toBeUndefined();
    expect(made.id).toBe(compiled({ ...others, web: on }, { br0: { addresses: ["10.0.0.1/24"] } }).id);
  });

  test("leaves a bridge as it is now", () => {
    const on = (more: object) => ({
      web: { privateNetwork: true, hostBridge: "br0", localAddress: "10.0.0.2/24", ...more },
    });
    const then = compiled(on({ autoStart: true }), { br0: { addresses: ["10.0.0.1/24"] } });
    const made = mixed(compiled(on({}), { br0: { addresses: ["10.0.0.9/24"], rstp: true } }), then, "web");
    expect(made.id).toBe(compiled(on({ autoStart: true }), { br0: { addresses: ["10.0.0.9/24"], rstp: true } }).id);
  });

  test("is made of the whole systems that the containers need, and of no other", () => {
    const system = (text: string, packages: string[]) => ({ config: { packages, etc: { file: { text } } } });
    const then = compiled({ web: system("a", ["nginx-light"]), db: system("x", []) });
    const made = mixed(compiled({ web: system("b", []), db: system("y", []) }), then, "web");
    expect(made.systems).toEqual(compiled({ web: system("a", ["nginx-light"]), db: system("y", []) }).systems);
  });

  test("fetches packages where they are fetched now", () => {
    const from = (generation: Generation, main: string): Generation => {
      const systems = Object.entries(generation.systems).map(([name, one]) =>
        one.kind === "debian" ? [name, { ...one, mirror: { main } }] : [name, one],
      );
      return { ...stored(generation), systems: Object.fromEntries(systems) };
    };
    const [then, now] = [compiled({ web: { autoStart: true } }), compiled({ web: {}, db: {} })];
    const made = mixed(from(now, "http://now.test"), from(then, "http://former.test"), "web");
    const mirrors = Object.values(made.systems).flatMap((one) => (one.kind === "debian" ? one.mirror?.main : []));
    expect(mirrors).toEqual(["http://now.test"]);
  });

  test("says where each container that was rolled back comes from", () => {
    const of = (web: string, db: string) =>
      compiled({ web: { config: { etc: { f: { text: web } } } }, db: { config: { etc: { f: { text: db } } } } });
    const first = stored(mixed(of("c", "c"), of("a", "a"), "web", 3));
    expect(first.asIn).toEqual({ web: 3 });
    const second = stored(mixed(first, of("b", "b"), "db", 4));
    expect(second.asIn).toEqual({ web: 3, db: 4 });
    // What is taken from such a generation is that of the one before.
    expect(mixed(of("c", "c"), second, "web", 8).asIn).toEqual({ web: 3 });
    expect(mixed(second, of("c", "c"), "web", 7).asIn).toEqual({ web: 7, db: 4 });
  });

  test("keeps to the letter what it makes no difference to, as an older version of stowage wrote it", () => {
    const two = (autoStart: boolean) => compiled({ web: { autoStart }, db: {} });
    const now = stored(two(false));
    const [path, unit] = ["/etc/sysctl.d/60-stowage.conf", "stowage-sysctl.service"];
    const files = {
      ...now.files,
      [path]: { ...now.files[path]!, text: "older" },
      "/etc/older": { text: "o", mode: "0644" },
    };
    const older: Generation = {
      ...now,
      files,
      units: { ...now.units, [unit]: { name: unit, sections: { Unit: { Description: "Older" } } } },
      unitLinks: { ...now.unitLinks, "x.target.wants/older.service": "../older.service" },
    };
    const made = mixed(older, two(true), "web");
    expect(made.files[path]?.text).toContain("older");
    expect(made.files["/etc/older"]?.text).toContain("o");
    expect(made.units[unit]?.sections.Unit?.Description).toBe("Older");
    expect(made.unitLinks["x.target.wants/older.service"]).toBe("../older.service");
    expect(made.unitLinks["machines.target.wants/container@web.service"]).toBeDefined();
  });
});

describe("what cannot be together is refused", () => {
  const link = (address: number, more: object = {}): ShortContainer => ({
    privateNetwork: true,
    hostAddress: `10.0.${address}.1`,
    localAddress: `10.0.${address}.2`,
    ...more,
  });
  const port = { forwardPorts: [{ hostPort: 8080, containerPort: 80 }] };
  const cases: readonly [
    code: string,
    then: ShortContainer,
    db: ShortContainer,
    more?: { former?: Bridges; now?: Bridges },
  ][] = [
    ["address-clash", link(1), link(1)],
    ["port-clash", link(1, port), link(2, port)],
    ["interface-clash", { interfaces: ["eth5"] }, { interfaces: ["eth5"] }],
    ["interface-clash", { interfaces: ["eth5"] }, { macvlans: ["eth5"] }],
    ["interface-clash", { interfaces: ["eth5"] }, {}, { now: { br0: { interfaces: ["eth5"] } } }],
    ["user-id-clash", link(1, { privateUsers: 655360 }), link(2, { privateUsers: 700000 })],
    ["mac-clash", link(1, { localMacAddress: "02:00:00:00:00:01" }), link(2, { localMacAddress: "02:00:00:00:00:01" })],
    // The bridge comes back with the container, and its port is elsewhere by now.
    [
      "interface-clash",
      { privateNetwork: true, hostBridge: "br0" },
      { interfaces: ["eth5"] },
      { former: { br0: { interfaces: ["eth5"] } } },
    ],
    [
      "unguarded-source",
      { bindMounts: { "/data": { hostPath: "/srv", isReadOnly: false } } },
      { bindMounts: { "/www": { hostPath: "/srv/www" } } },
    ],
    [
      "unguarded-source",
      { bindMounts: { "/www": { hostPath: "/srv/www" } } },
      { bindMounts: { "/data": { hostPath: "/srv", isReadOnly: false } } },
    ],
  ];

  test.each(cases)("%s", (code, then, db, more = {}) => {
    const [now, former] = [compiled({ web: {}, db }, more.now), compiled({ web: then }, more.former)];
    const problems = problemsOf(() => mixed(now, former, "web"));
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]?.message).toMatch(/^container web cannot be as in generation 5 with all else as it is: /);
    expect(problems[0]?.hint).toContain("stowage rollback 5");
    // What is there by itself is no problem.
    expect(
      problemsOf(() => mixed(compiled({ web: {} }, more.now), compiled({ web: {}, db }, more.now), "web")),
    ).toEqual([]);
  });

  test("but not what is so already, and was no problem to an older version", () => {
    const now = stored(compiled({ web: {}, db: link(1), other: link(2) }));
    const path = "/etc/stowage/containers/other.json";
    const text = now.files[path]!.text.replaceAll('"10.0.2.2"', '"10.0.1.2"');
    const clash = { ...now, files: { ...now.files, [path]: { text, mode: "0644" } } };
    expect(problemsOf(() => mixed(clash, compiled({ web: { autoStart: true } }), "web"))).toEqual([]);
    expect(problemsOf(() => mixed(clash, compiled({ web: link(1) }), "web"))).toHaveLength(1);
  });

  test("a container that it needs is not there any more", () => {
    const problems = problemsOf(() =>
      mixed(compiled({ web: {} }), compiled({ web: { dependsOn: ["db"] }, db: {} }), "web"),
    );
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ["unknown-container", expect.stringContaining('container web needs "db", and there is no such container')],
    ]);
  });

  test("containers would need each other in a circle", () => {
    const now = compiled({ web: {}, db: { dependsOn: ["web"] } });
    const problems = problemsOf(() => mixed(now, compiled({ web: { dependsOn: ["db"] }, db: {} }), "web"));
    expect(problems.map(({ code }) => code)).toEqual(["dependency-cycle"]);
  });

  test("parameters in other words", () => {
    const then = stored(compiled({ web: {} }));
    const path = "/etc/stowage/containers/web.json";
    for (const text of [
      "",
      "{",
      "[]",
      then.files[path]!.text.replace('"bindMounts"', '"binds"'),
      then.files[path]!.text.replace('"hostBridge": null', '"hostBridge": 7'),
    ]) {
      const other = { ...then, files: { ...then.files, [path]: { text, mode: "0644" } } };
      expect(problemsOf(() => mixed(compiled({ web: {} }), other, "web")).map(({ code }) => code)).toEqual([
        "other-version",
      ]);
    }
  });
});
