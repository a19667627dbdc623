/** Containers that were made by hand, among those that a configuration declares. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nothing } from "../../src/apply/journal.ts";
import {
  compileConfig,
  type Generation,
  graft,
  graftMade,
  madeNames,
  mixture,
  withoutContainer,
  withoutContainers,
} from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import type { HostConfig } from "../../src/options/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { someContainers as some } from "./arbitrary.ts";
import { hostConfig, lock, type ShortContainer } from "./config.ts";
import { compiled as evaluated } from "./oci/evaluated.ts";

type Containers = Readonly<Record<string, ShortContainer>>;
type Bridges = HostConfig["networking"]["bridges"];

const br0: Bridges = { br0: { interfaces: ["eth7"], rstp: true, addresses: ["192.0.2.1/24"] } };

const compiled = (containers: Containers, bridges: Bridges = {}): Generation =>
  compileConfig(
    { ...hostConfig(containers), networking: { ...hostConfig({}).networking, bridges } },
    lock,
    defaultLayout,
    undefined,
    "host-1",
  );

/** As it is read back. */
const stored = (generation: Generation): Generation => JSON.parse(JSON.stringify(generation)) as Generation;
const text = (generation: Generation): string => JSON.stringify(stored(generation));
const only = (containers: Containers, names: readonly string[]): Containers =>
  Object.fromEntries(Object.entries(containers).filter(([name]) => names.includes(name)));

const names = fc.subarray(["a", "b", "c"]);

describe("a graft", () => {
  test("is the very generation that one configuration with all of them is compiled to", () => {
    let grafts = 0;
    fc.assert(
      fc.property(some, names, (all, chosen) => {
        const made = Object.keys(all).filter((name) => chosen.includes(name));
        const declared = only(
          all,
          Object.keys(all).filter((name) => !made.includes(name)),
        );
        grafts += made.length;
        const whole = compiled(all, br0);
        const base = compiled(declared, br0);
        const own = stored(compiled(only(all, made), br0));
        expect(text(graft(defaultLayout, base, own, made))).toBe(text(whole));
        // One after the other, in any order, each from a generation of its own.
        const one = [...made].reverse().reduce((now, name) => {
          return graft(defaultLayout, stored(now), stored(compiled(only(all, [name]), br0)), [name]);
        }, base);
        expect(text(one)).toBe(text(whole));
        // A definition that says nothing of the bridge that its container is on.
        const alone = stored(compiled(only(all, made)));
        expect(text(graft(defaultLayout, base, alone, made))).toBe(text(whole));
      }),
      { numRuns: 40 },
    );
    expect(grafts).toBeGreaterThan(20);
  });

  test("taken out again leaves what is compiled without it", () => {
    fc.assert(
      fc.property(some, names, (all, gone) => {
        const left = compiled(
          only(
            all,
            ["a", "b", "c"].filter((name) => !gone.includes(name)),
          ),
          br0,
        );
        expect(text(withoutContainers(defaultLayout, stored(compiled(all, br0)), gone))).toBe(text(left));
      }),
      { numRuns: 40 },
    );
  });

  test("begins with nothing before the first switch, and on a machine that was left with nothing", () => {
    const web = compiled({ web: { autoStart: true } });
    expect(text(graft(defaultLayout, nothing, stored(web), ["web"]))).toBe(text(web));
    expect(text(withoutContainer(defaultLayout, stored(web), "web"))).toBe(text(compiled({})));
  });

  test("without anything to graft is what was there", () => {
    const base = compiled({ web: {} });
    expect(graft(defaultLayout, base, compiled({}), [])).toBe(base);
    expect(withoutContainer(defaultLayout, base, "db")).toBe(base);
  });
});

describe("OCI containers", () => {
  const image = "localhost/web:1";
  const oci = (...containers: string[]): Generation =>
    evaluated({
      containers: { sys: { config: {}, privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" } },
      ociContainers: { containers: Object.fromEntries(containers.map((name) => [name, { image, ports: [] }])) },
    });

  test("are the same, too, with the network that is there for them", () => {
    const whole = oci("db", "web");
    const grafted = graft(defaultLayout, oci("web"), stored(oci("db")), ["db"]);
    expect(text(grafted)).toBe(text(whole));
    expect(text(graft(defaultLayout, oci(), stored(whole), ["db", "web"]))).toBe(text(whole));
  });

  test("of a user has what podman has for the user, until nothing there needs it", () => {
    const of = (containers: object, networks: object = {}): Generation =>
      evaluated({ ociContainers: { containers, networks } }, { users });
    const users = new Map([["alice", { uid: 1000, home: "/home/alice", hasSubIds: true, lingers: false }]]);
    const alice = { image, podman: { user: "alice" } };
    const both = of({ web: alice, job: alice });
    expect(text(graft(defaultLayout, of({ web: alice }), stored(of({ job: alice })), ["job"]))).toBe(text(both));
    expect(text(withoutContainer(defaultLayout, stored(both), "job"))).toBe(text(of({ web: alice })));
    expect(text(withoutContainer(defaultLayout, stored(of({ job: alice })), "job"))).toBe(text(of({})));
    // Her network is the host's, and wants it as well.
    const front = of({ web: { ...alice, networks: ["front"] } }, { front: {} });
    const left = withoutContainer(defaultLayout, stored(front), "web");
    expect(Object.keys(left.units)).toEqual(expect.arrayContaining(["stowage-podman-user@alice.service"]));
  });

  test("the last takes with it what was there for them alone", () => {
    expect(text(withoutContainer(defaultLayout, stored(oci("db", "web")), "web"))).toBe(text(oci("db")));
    expect(text(withoutContainer(defaultLayout, stored(oci("web")), "web"))).toBe(text(oci()));
  });

  test("a network that is declared stays, though nobody is on it", () => {
    const declared = (containers: object) => evaluated({ ociContainers: { containers, networks: { front: {} } } });
    const web = { web: { image, networks: ["front"] } };
    const left = withoutContainer(defaultLayout, stored(declared(web)), "web");
    expect(Object.keys(left.units)).toContain("stowage-podman-network@front.service");
    expect(Object.keys(left.files)).toContain("/etc/stowage/oci/object");
  });
});

describe("what was made by hand", () => {
  const definition = "export default 1;\n";
  const make = (base: Generation, name: string, one: ShortContainer): Generation =>
    graftMade(defaultLayout, base, { name, generation: compiled({ [name]: one }), definition });

  test("is called so, and has its definition, which a person may edit", () => {
    const made = make(compiled({ web: {} }), "db", { autoStart: true });
    expect(madeNames(made)).toEqual(["db"]);
    expect(made.containers.web?.made).toBeUndefined();
    expect(made.files["/etc/stowage/made/db.ts"]).toEqual({ text: definition, mode: "0600", editable: true });
    const { "/etc/stowage/made/db.ts": _, ...files } = stored(made).files;
    const same = stored(compiled({ web: {}, db: { autoStart: true } }));
    expect(files).toEqual(same.files);
    expect(made.units).toEqual(same.units);
    expect(made.id).not.toBe(same.id);
  });

  test("goes from one generation to the next with its definition, and the id stays the same", () => {
    const first = make(compiled({ web: {} }), "db", {});
    const next = graft(defaultLayout, compiled({ web: {} }), stored(first), ["db"]);
    expect(text(next)).toBe(text(first));
    const other = graft(defaultLayout, compiled({ web: { autoStart: true } }), stored(first), ["db"]);
    expect(other.files["/etc/stowage/made/db.ts"]?.editable).toBe(true);
    expect(withoutContainer(defaultLayout, stored(other), "db").id).toBe(compiled({ web: { autoStart: true } }).id);
  });

  test("is made anew in the place of the former one", () => {
    const first = make(compiled({ web: {} }), "db", {});
    const second = make(stored(first), "db", { autoStart: true });
    expect(text(second)).toBe(text(make(compiled({ web: {} }), "db", { autoStart: true })));
  });

  test("is rolled back with its definition", () => {
    const first = make(compiled({}), "db", {});
    const changed = { name: "db", generation: compiled({ db: { autoStart: true } }), definition: "// 2\n" };
    const second = graftMade(defaultLayout, stored(first), changed);
    const back = mixture(defaultLayout, stored(second), { number: 4, generation: stored(first) }, "db");
    expect(back.id).toBe(first.id);
    expect(back.files["/etc/stowage/made/db.ts"]?.text).toBe(definition);
    // Where it is from is known after the next switch, too.
    expect(graft(defaultLayout, compiled({ web: {} }), stored(back), ["db"]).asIn).toEqual({ db: 4 });
    expect(withoutContainer(defaultLayout, stored(back), "db").asIn).toBeUndefined();
  });

  test("brings back a bridge that host.ts no longer declares", () => {
    const on = { privateNetwork: true, hostBridge: "br0", localAddress: "192.0.2.7/24" };
    const generation = compiled({ db: on }, br0);
    const made = graftMade(defaultLayout, compiled({}, br0), { name: "db", generation, definition });
    const later = graft(defaultLayout, compiled({}), stored(made), ["db"]);
    expect(Object.keys(later.units)).toContain("stowage-bridge@br0.service");
  });
});

describe("what cannot be together is told with both", () => {
  const problemsOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      if (error instanceof StowageError) return error.problems;
      throw error;
    }
    return [];
  };
  const link = (third: number, more: object = {}): ShortContainer => ({
    privateNetwork: true,
    hostAddress: `10.0.${third}.1`,
    localAddress: `10.0.${third}.2`,
    ...more,
  });
  const port = { forwardPorts: [{ hostPort: 8080, containerPort: 80 }] };
  const places = (option: readonly string[]) => (option[1] === "web" ? [{ file: "host.ts", line: 7, column: 3 }] : []);

  test.each<[code: string, web: ShortContainer, db: ShortContainer]>([
    ["address-clash", link(1), link(1)],
    ["port-clash", link(1, port), link(2, port)],
    ["user-id-clash", link(1, { privateUsers: 655360 }), link(2, { privateUsers: 700000 })],
    ["interface-clash", { interfaces: ["eth5"] }, { interfaces: ["eth5"] }],
  ])("%s", (code, web, db) => {
    const from = stored(compiled({ db }));
    const problems = problemsOf(() => graft(defaultLayout, compiled({ web }), from, ["db"], places));
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]?.details).toContain("container db was made by hand: /etc/stowage/made/db.ts");
    expect(problems[0]?.places).toEqual([{ file: "host.ts", line: 7, column: 3 }]);
  });

  test("its service is another one's", () => {
    const oci = (name: string) =>
      evaluated({ ociContainers: { containers: { [name]: { image: "localhost/web:1", serviceName: "site" } } } });
    const problems = problemsOf(() => graft(defaultLayout, oci("web"), stored(oci("db")), ["db"]));
    expect(problems.map(({ code }) => code)).toContain("unit-clash");
    expect(problems[0]?.details).toContain("container db was made by hand: /etc/stowage/made/db.ts");
  });
});
