/** `containers.<name>.config`: a whole module, with specialArgs of its container; what is for the whole host. */
import { describe, expect, test } from "vitest";
import { compileConfig, requestsOf, warningsOf } from "../../src/compile/index.ts";
import { type Evaluation, evalModules, type Module, mkForce, mkIf, mkOption, types } from "../../src/modules/index.ts";
import { type HostConfig, hostModule } from "../../src/options/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { lock } from "../compile/config.ts";

const evaluated = (...modules: readonly Module[]): Evaluation<HostConfig> =>
  evalModules({ modules: [hostModule, ...modules] }) as Evaluation as Evaluation<HostConfig>;
const settled = (...modules: readonly Module[]): HostConfig => {
  const { config, issues } = evaluated(...modules);
  expect(issues).toEqual([]);
  return config;
};

// biome-ignore lint/suspicious/noExplicitAny: arguments are whatever specialArgs add
type Loose = any;

describe("specialArgs", () => {
  const site = ({ domain }: Loose) => ({ networking: { hostName: `web-${domain}` } });

  test("reach functions in config and in its imports, of this container alone", () => {
    const { containers } = settled({
      containers: {
        a: { specialArgs: { domain: "a" }, config: { imports: [site], packages: ["nginx-light"] } },
        b: { specialArgs: { domain: "b" }, config: site },
        c: { config: {} },
      },
    });
    expect(containers.a?.config).toMatchObject({ networking: { hostName: "web-a" }, packages: ["nginx-light"] });
    expect(containers.b?.config?.networking.hostName).toBe("web-b");
    expect(containers.c?.config?.networking.hostName).toBeNull();
  });

  test("choose what is imported, which config itself cannot", () => {
    const chosen = ({ extra }: Loose) => ({ imports: extra, packages: ["curl"] });
    const extra = [{ packages: ["redis-server"] }];
    const { containers } = settled({ containers: { a: { specialArgs: { extra }, config: chosen } } });
    expect([...(containers.a?.config?.packages ?? [])].sort()).toEqual(["curl", "redis-server"]);
  });

  test("may be defined elsewhere, computed, and by several modules", () => {
    const { containers } = settled(
      { containers: { a: { config: { imports: [({ one, two }: Loose) => ({ packages: [one, two] })] } } } },
      ({ config }: Loose) => ({
        containers: { a: { specialArgs: { one: config.containers.b.config.networking.hostName } } },
      }),
      { containers: { a: { specialArgs: { two: "second" } }, b: { config: { networking: { hostName: "first" } } } } },
    );
    expect(containers.a?.config?.packages).toEqual(["first", "second"]);
  });

  test("that nobody gives are told with the function that asks", () => {
    const { issues } = evaluated({
      containers: { a: { config: ({ missing }: Loose) => ({ packages: [missing.x] }) } },
    });
    expect(issues.map((issue) => issue.message + (issue.hint ?? "")).join()).toContain("missing");
  });

  test("that hang on what they are given to are a cycle, and not a loop", () => {
    const { issues } = evaluated({
      containers: {
        a: ({ config }: Loose) => ({
          specialArgs: { name: config.config.networking.hostName },
          config: ({ name }: Loose) => ({ networking: { hostName: `${name}x` } }),
        }),
      },
    });
    expect(issues.length).toBeGreaterThan(0);
  });
});

describe("config", () => {
  test("functions get config, lib, name and host, in imports too", () => {
    const shared = ({ config, lib, name, host }: Loose) => ({
      networking: { extraHosts: lib.mkIf(config.packages.length > 0, `${host.containers.db.localAddress} db ${name}`) },
    });
    const { containers } = settled({
      containers: {
        web: { config: { imports: [shared], packages: ["curl"] } },
        other: { config: shared },
        db: { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" },
      },
    });
    expect(containers.web?.config?.networking.extraHosts).toBe("10.0.0.2 db web");
    expect(containers.other?.config?.networking.extraHosts).toBe("");
  });

  test("a container may follow what another one's service says", () => {
    const { containers } = settled({
      containers: {
        db: { config: { services: { postgresql: { enable: true, settings: { port: 5433 } } } } },
        app: {
          config: ({ host }: Loose) => ({
            environment: { variables: { PGPORT: `${host.containers.db.config.services.postgresql.settings.port}` } },
          }),
        },
      },
    });
    expect(containers.app?.config?.environment.variables.PGPORT).toBe("5433");
  });

  test("may have options of its own, imports, wrappers, and be given in parts", () => {
    const module = {
      options: { shop: mkOption({ type: types.str, default: "none" }) },
      config: ({ config }: Loose) => ({ networking: { hostName: config.shop } }),
    };
    const { containers } = settled(
      { containers: { a: { config: { imports: [module], shop: "open" } } } },
      { containers: { a: { config: mkIf(true, { packages: ["curl"] }) } } },
    );
    expect(containers.a?.config).toMatchObject({ networking: { hostName: "open" }, packages: ["curl"], shop: "open" });
  });

  test("one module imported twice counts once", () => {
    const shared = { packages: ["curl"] };
    const { containers } = settled({
      containers: { a: { config: { imports: [shared, { imports: [shared] }] } } },
    });
    expect(containers.a?.config?.packages).toEqual(["curl"]);
  });

  test("an unknown option in it is told, whichever form it has", () => {
    for (const config of [{ pakages: [] }, { imports: [{ pakages: [] }] }, () => ({ pakages: [] })]) {
      const { issues } = evaluated({ containers: { a: { config } } });
      expect(issues.map(({ code, message }) => `${code}: ${message}`)).toEqual([
        "unknown-option: containers.a.config.pakages does not exist",
      ]);
    }
  });

  test("T3: the package source of one container is nobody else's", () => {
    const config = settled({
      containers: {
        old: { config: { system: { source: { suite: "bookworm" } }, packages: ["curl"] } },
        new: { config: { packages: ["curl"] } },
      },
    });
    expect(requestsOf(config)).toEqual([
      { kind: "debian", suite: "bookworm", packages: ["curl"] },
      { kind: "debian", suite: "trixie", packages: ["curl"] },
    ]);
  });
});

describe("boot", () => {
  const shared = ({ config }: Loose) => ({ warnings: [`host: ${config.boot.isContainer}`] });
  const inside = ({ config }: Loose) => ({ networking: { hostName: `inside-${config.boot.isContainer}` } });

  test("isContainer is true inside, false on the host, and cannot be otherwise", () => {
    const config = settled(shared, { containers: { a: { config: inside } } });
    expect(config.warnings).toEqual(["host: false"]);
    expect(config.containers.a?.config?.networking.hostName).toBe("inside-true");
    const wrong = evaluated({
      boot: { isContainer: true },
      containers: { a: { config: { boot: { isContainer: false } } } },
    } as object);
    expect(wrong.issues.map(({ code }) => code)).toEqual(["wrong-type", "wrong-type"]);
  });

  test("enableContainers is true where there are containers", () => {
    expect(settled({}).boot.enableContainers).toBe(false);
    expect(settled({ containers: { a: { path: "/srv/a" } } }).boot.enableContainers).toBe(true);
    expect(
      settled({ containers: { a: { path: "/srv/a" } }, boot: { enableContainers: mkForce(false) } }).boot
        .enableContainers,
    ).toBe(false);
  });

  test("enableContainers = false: nothing is made of what is declared, and a warning says so", () => {
    const evaluation = evaluated({
      boot: { enableContainers: false },
      containers: { a: { autoStart: true, config: { packages: ["not-locked"] } } },
    });
    const generation = compileConfig(evaluation.config, lock, defaultLayout);
    expect(generation).toMatchObject({ units: {}, unitLinks: {}, files: {}, hosts: [], containers: {}, systems: {} });
    expect(requestsOf(evaluation.config)).toEqual([]);
    expect(warningsOf(evaluation.config)).toMatchObject([
      { code: "containers-disabled", message: expect.stringContaining("boot.enableContainers is false") },
    ]);
    expect(warningsOf(settled({ boot: { enableContainers: false } }))).toEqual([]);
  });
});
