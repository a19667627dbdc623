/** Hosts by chance: small, and yet of everything that a plan can be about. */
import fc from "fast-check";
import { compileConfig, type Generation } from "../../src/compile/index.ts";
import type { HostConfig } from "../../src/options/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { Recipe } from "../../src/systems/recipe.ts";
import { render, type Unit } from "../../src/units/index.ts";
import { writtenUnit } from "../../src/units/written.ts";
import { hostConfig, link, lock, type ShortContainer, type ShortSystem } from "../compile/config.ts";

const wanted = ["multi-user.target"];

const service = fc.record(
  {
    wantedBy: fc.constantFrom(wanted, wanted, ["group.target"], []),
    enable: fc.constantFrom(true, true, true, false),
    restartIfChanged: fc.constantFrom(true, true, false),
    reloadIfChanged: fc.constantFrom(false, false, true),
    stopIfChanged: fc.boolean(),
    reloadTriggers: fc.constantFrom([], ["a"], ["b"]),
    script: fc.constantFrom("a", "b"),
    environment: fc.constantFrom({}, { A: "1" }),
    description: fc.constantFrom("", "x"),
  },
  { requiredKeys: ["wantedBy", "script"] },
);

const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });

/** What is declared inside: of every kind of unit, files, accounts, settings. */
const system: fc.Arbitrary<ShortSystem> = fc
  .record({
    packages: fc.constantFrom<string[]>([], [], ["nginx-light"]),
    text: fc.constantFrom("", "a", "b"),
    services: fc.dictionary(fc.constantFrom("app", "db"), service, { maxKeys: 2 }),
    listen: some(fc.constantFrom("1", "2")),
    calendar: some(fc.constantFrom("daily", "weekly")),
    size: some(fc.constantFrom("size=1M", "size=2M")),
    group: fc.boolean(),
    memory: some(fc.constantFrom("1G", "2G")),
    rules: fc.constantFrom<string[]>([], [], ["d /a"], ["d /b"]),
    gid: some(fc.constantFrom(700, 701)),
    open: some(fc.constantFrom(80, 443)),
    backlog: some(fc.constantFrom(128, 256)),
  })
  .map(({ packages, text, services, listen, calendar, size, group, memory, rules, gid, open, backlog }) => ({
    packages,
    ...(text !== "" && { etc: { file: { text } } }),
    services,
    ...(listen && { sockets: { app: { wantedBy: ["sockets.target"], listenStreams: [listen] } } }),
    ...(calendar && { timers: { db: { wantedBy: ["timers.target"], timerConfig: { OnCalendar: calendar } } } }),
    ...(size && {
      mounts: [{ where: "/srv/x", what: "tmpfs", type: "tmpfs", options: size, wantedBy: ["local-fs.target"] }],
    }),
    ...(group && { targets: { group: { wantedBy: wanted } } }),
    ...(memory && { slices: { app: { sliceConfig: { MemoryMax: memory } } } }),
    ...(rules.length > 0 && { tmpfiles: { rules } }),
    ...(gid && { users: { groups: { web: { name: "web", gid, members: [] } } } as unknown as ShortSystem["users"] }),
    ...(open && { firewall: { enable: true, allowedTCPPorts: [open] } }),
    ...(backlog && { sysctl: { "net.core.somaxconn": backlog } }),
  })) as fc.Arbitrary<ShortSystem>;

const container = (name: string): fc.Arbitrary<ShortContainer> => {
  const n = name.charCodeAt(0);
  return fc
    .record({
      system: fc.oneof({ weight: 4, arbitrary: system }, { weight: 1, arbitrary: fc.constantFrom("/srv/a", "/srv/b") }),
      network: fc.constantFrom("none", "own", "own", "moved", "ported", "bridged", "foreign", "macvlan", "further"),
      autoStart: fc.constantFrom(true, true, false),
      ephemeral: fc.constantFrom(false, false, false, true),
      strategy: fc.constantFrom("auto", "auto", "auto", "auto", "restart", "reload", "none", "never"),
      privateUsers: fc.constantFrom(null, null, "no"),
      bind: fc.constantFrom(false, false, true),
      needs: fc.boolean(),
    })
    .map(({ system: inside, network, bind, needs, privateUsers, strategy, ...rest }) => ({
      ...rest,
      ...(strategy === "never" ? { restartIfChanged: false } : { onChange: strategy }),
      ...(network !== "none" && { privateUsers }),
      ...networks(n)[network],
      // Never in a circle: only on one whose name comes before.
      dependsOn: needs && name > "a" ? [String.fromCharCode(n - 1)] : [],
      bindMounts: bind ? { "/srv": {} } : {},
      ...(typeof inside === "string" ? { path: inside, config: null } : { config: forNetwork(inside, network) }),
    })) as fc.Arbitrary<ShortContainer>;
};

/** A firewall and settings are of a network of its own. */
function forNetwork({ firewall, sysctl, ...rest }: ShortSystem, network: string): ShortSystem {
  return network === "none" ? rest : { ...rest, ...(firewall && { firewall }), ...(sysctl && { sysctl }) };
}

function networks(n: number): Record<string, Partial<ShortContainer>> {
  const own = { privateNetwork: true, hostAddress: `10.${n}.0.1`, localAddress: `10.${n}.0.2` };
  const bridged = { privateNetwork: true, localAddress: `192.0.2.${n}/24` };
  return {
    none: {},
    own,
    moved: { ...own, localAddress: `10.${n}.0.9` },
    ported: { ...own, forwardPorts: [{ hostPort: 8000 + n, containerPort: 80 }] },
    bridged: { ...bridged, hostBridge: "br0" },
    foreign: { ...bridged, hostBridge: "virbr0" },
    macvlan: { macvlans: ["eth9"] },
    further: { ...own, extraVeths: { [`vx-${n}`]: link({ hostAddress: `10.${n}.1.1`, localAddress: `10.${n}.1.2` }) } },
  };
}

const bridge = fc.record({
  interfaces: fc.constantFrom<string[]>([], ["eth1"]),
  rstp: fc.boolean(),
  addresses: fc.constantFrom<string[]>([], ["192.0.2.1/24"]),
});

/** Not yet compiled, so that a counterexample can be read. */
export interface RandomHost {
  readonly containers: Readonly<Record<string, ShortContainer>>;
  readonly bridges: HostConfig["networking"]["bridges"];
}

export const hosts: fc.Arbitrary<RandomHost> = fc
  .record({
    containers: fc.record(
      { a: container("a"), b: container("b"), c: container("c"), d: container("d") },
      { requiredKeys: [] },
    ),
    bridges: some(bridge),
  })
  .map(({ containers, bridges }) => ({
    containers: withThoseNeeded(containers as Record<string, ShortContainer>),
    bridges: (bridges ? { br0: bridges } : {}) as RandomHost["bridges"],
  }));

/** What needs one that is not there needs nobody. */
function withThoseNeeded(containers: Record<string, ShortContainer>): Record<string, ShortContainer> {
  return Object.fromEntries(
    Object.entries(containers).map(([name, one]) => [
      name,
      { ...one, dependsOn: (one.dependsOn ?? []).filter((other) => Object.hasOwn(containers, other)) },
    ]),
  );
}

const texts = new Map<string, Unit>();

/** Units that are alike are one value, whose text is made once: there are thousands of plans. */
function shared(unit: Unit): Unit {
  const text = render(unit);
  const key = `${unit.name}\n${text}`;
  const known =
    texts.get(key) ??
    writtenUnit(
      unit.name,
      () => text,
      () => JSON.stringify(unit.sections),
      () => unit.sections,
    );
  texts.set(key, known);
  return known;
}

const recipes = new Map<string, Recipe>();

export function generationOf({ containers, bridges }: RandomHost): Generation {
  const own = hostConfig(containers);
  const config = { ...own, networking: { ...own.networking, bridges } };
  const { units, systems, ...rest } = compileConfig(config, lock, defaultLayout);
  for (const [name, recipe] of Object.entries(systems)) if (!recipes.has(name)) recipes.set(name, recipe);
  return {
    ...structuredClone({ ...rest }),
    units: Object.fromEntries(Object.entries(units).map(([name, unit]) => [name, shared(unit)])),
    systems: Object.fromEntries(Object.keys(systems).map((name) => [name, recipes.get(name)!])),
  };
}
