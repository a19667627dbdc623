/** What is made with a stencil is what is made the long way, byte for byte. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Piece, pieceOf } from "../../src/compile/piece.ts";
import { type StencilParts, stencilOf } from "../../src/compile/stencil.ts";
import { piecesOf } from "../../src/compile/stencils.ts";
import { extraLinkOf, type Forward, type LinkEnds, linkOf, macvlanOf, networkOf } from "../../src/network/index.ts";
import { Holes } from "../../src/runtimes/holes.ts";
import { containerParts, patternOf, type SystemContainer } from "../../src/runtimes/nspawn/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { render } from "../../src/units/index.ts";
import { trusted } from "../runtimes/containers.ts";

const make = (container: SystemContainer): StencilParts => containerParts(defaultLayout, container);

/** What containers may have in common. */
interface Common {
  readonly more: Partial<SystemContainer>;
  readonly system: "tree" | "nix" | "toplevel";
  readonly families: readonly (4 | 6)[];
  readonly hasHost: boolean;
  readonly bridge: string | null;
  readonly forwards: readonly Omit<Forward, "hostPort">[];
  readonly veth: boolean;
  readonly macvlan: boolean;
  readonly network: "own" | "host" | "joined";
  readonly base: boolean;
  readonly binds: readonly Omit<SystemContainer["binds"][number], "source" | "target">[];
}

/** What is a container's own. */
interface Own {
  readonly name: string;
  readonly octet: number;
  readonly port: number;
  /** Ends of paths: some with characters that encoders change. */
  readonly paths: readonly string[];
}

const odd = fc.constantFrom("%n", "a b", "a:b", "$HOME", 'q"', "\\", "é", "x.y", "-", "_", "A.b-c");
const common: fc.Arbitrary<Common> = fc.record({
  more: fc.record(
    {
      autoStart: fc.boolean(),
      ephemeral: fc.boolean(),
      dependsOn: fc.constantFrom([], ["db"]),
      needs: fc.constantFrom([], ["container@db.service"]),
      copyResolvConf: fc.boolean(),
      trust: fc.constantFrom([], ["it has macvlans"]),
      capabilities: fc.constantFrom([], ["CAP_SYS_TIME"]),
      tun: fc.boolean(),
      devices: fc.constantFrom([], [{ node: "/dev/fuse", modifier: "rw" }]),
      tmpfs: fc.constantFrom([], [{ target: "/var/x", options: "size=1M" }]),
      extraFlags: fc.constantFrom([], ["--bind", "/a b"], ["--read-only", "--", "x"]),
      health: fc.constantFrom(null, { command: ["a b", "$x"], interval: 5, timeout: 0.5, retries: 2, startPeriod: 0 }),
      timeoutStartSec: fc.constantFrom("1min", "infinity"),
      restartIfChanged: fc.boolean(),
      onChange: fc.constantFrom("auto", "reload", "none"),
    },
    { requiredKeys: [] },
  ),
  system: fc.constantFrom("tree", "nix", "toplevel"),
  families: fc.constantFrom([4], [6], [4, 6], []),
  hasHost: fc.boolean(),
  bridge: fc.constantFrom(null, "br0"),
  forwards: fc.array(
    fc.record({
      protocol: fc.constantFrom("tcp", "udp"),
      containerPort: fc.constantFrom(80, 443),
      hostAddress: fc.constantFrom(null, { family: 4, address: "127.0.0.1", prefix: 32 } as const),
      interface: fc.constantFrom(null, "lo", "eth1"),
    }),
    { maxLength: 2 },
  ),
  veth: fc.boolean(),
  macvlan: fc.boolean(),
  network: fc.constantFrom("own", "own", "own", "host", "joined"),
  base: fc.boolean(),
  binds: fc.array(
    fc.record({
      readOnly: fc.boolean(),
      idmap: fc.boolean(),
      create: fc.constantFrom(null, { mode: "0755", owner: "root" }),
      plantable: fc.constantFrom([], ["/srv/a%b"]),
    }),
    { maxLength: 2 },
  ),
});

const own: fc.Arbitrary<Own> = fc.record({
  name: fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?$/),
  octet: fc.integer({ min: 1, max: 250 }),
  port: fc.integer({ min: 1, max: 65_000 }),
  paths: fc.array(fc.oneof(odd, fc.stringMatching(/^[a-z0-9]{1,5}$/)), { minLength: 5, maxLength: 5 }),
});

function endsOf({ families, hasHost }: Common, { octet }: Own, third: number): LinkEnds[] {
  const at = (family: 4 | 6, end: number) =>
    ({
      family,
      address: family === 4 ? `10.${octet}.${third}.${end}` : `fd00::${octet}:${third}:${end}`,
      prefix: family === 4 ? 32 : 64,
    }) as const;
  return families.map((family) => ({ family, host: hasHost ? at(family, 1) : null, local: at(family, 2) }));
}

function networkFor(shape: Common, one: Own): SystemContainer["network"] {
  if (shape.network === "host") return { kind: "host" };
  if (shape.network === "joined") return { kind: "joined", path: "/run/netns/x" };
  const forwards = shape.forwards.map((forward, index) => ({ ...forward, hostPort: one.port + index }) as Forward);
  const links = [
    linkOf(one.name, endsOf(shape, one, 0), { forwards, bridge: shape.bridge }),
    ...(shape.veth ? [extraLinkOf(one.name, "veth1", endsOf(shape, one, 1), {})] : []),
  ];
  const macvlans = shape.macvlan ? [macvlanOf(one.name, "eno1")] : [];
  return { kind: "own", network: networkOf(one.name, links, { macvlans }) };
}

function systemFor({ system }: Common, { name, paths }: Own): SystemContainer["system"] {
  if (system === "tree") return { kind: "path", path: `/srv/trees/${paths[4]}` };
  if (system === "nix") return { kind: "path", path: "/nix/store/0-system", flake: null as never };
  return { kind: "toplevel", toplevel: `${"1".repeat(32)}-${name}`, packages: `${"2".repeat(32)}-debian` };
}

function containerOf(shape: Common, one: Own): SystemContainer {
  return {
    ...trusted,
    users:
      shape.network === "own" ? { kind: "shifted", base: shape.base ? 65_536 * one.octet : null } : { kind: "none" },
    ...shape.more,
    name: one.name,
    system: systemFor(shape, one),
    network: networkFor(shape, one),
    binds: shape.binds.map((bind, index) => ({
      ...bind,
      source: `/srv/${one.paths[index]}`,
      target: `/mnt/${one.paths[2 + index]}`,
    })),
  };
}

/** Everything, and the text of each unit beside its value. */
const all = (piece: Piece): string =>
  JSON.stringify([
    piece.identity(),
    piece.units(),
    piece.units().map(render),
    piece.unitLinks(),
    piece.files(),
    piece.part(),
    piece.printed({ before: "# ", after: " #", directory: "/units" }),
  ]);

/** Whether its units are made when they are looked at. */
const isFilled = (piece: Piece): boolean =>
  Object.getOwnPropertyDescriptor(piece.units()[0], "sections")?.get !== undefined;

describe("a stencil", () => {
  test("gives what is made the long way, for whatever containers have", { timeout: 120_000 }, () => {
    let filled = 0;
    let others = 0;
    const property = fc.property(common, fc.array(own, { minLength: 9, maxLength: 9 }), (shape, ones) => {
      const containers = ones.map((one) => containerOf(shape, one));
      const pieces = piecesOf(containers, make);
      for (const [index, piece] of pieces.entries()) {
        if (isFilled(piece)) filled++;
        else others++;
        expect(all(piece)).toBe(all(pieceOf(make(containers[index]!))));
      }
    });
    fc.assert(property, { numRuns: 200, seed: 11 });
    // Else nothing is compared.
    expect(filled).toBeGreaterThan(100);
    expect(others).toBeGreaterThan(100);
  });

  test("takes the same values away again where the same is left, and else says that it is not", () => {
    const seen = { same: 0, other: 0 };
    const wild = fc.tuple(common, own, own, fc.option(common, { freq: 2 }), fc.boolean());
    const property = fc.property(wild, ([shape, one, two, another, isOdd]) => {
      const [holes, others] = [new Holes("a"), new Holes("a")];
      patternOf(containerOf(shape, one), holes);
      const second = containerOf(another ?? shape, two);
      const container = isOdd ? { ...second, users: { kind: "shifted", base: 2 ** 60 } as const } : second;
      patternOf(container, others);
      const known = holes.again;
      // Each is used for many.
      for (const _ of [1, 2]) {
        known.clear();
        patternOf(container, known);
        const isSame = others.left === holes.left;
        seen[isSame ? "same" : "other"]++;
        expect(known.values).toEqual(isSame ? others.values : null);
      }
    });
    fc.assert(property, { numRuns: 600, seed: 12 });
    expect(Math.min(seen.same, seen.other)).toBeGreaterThan(50);
  });

  test("is used for what 1000 containers are like", () => {
    const forward = { protocol: "tcp", containerPort: 80, hostAddress: null, interface: null } as const;
    const bind = { readOnly: true, idmap: true, create: null, plantable: [] };
    const usual = { families: [4], hasHost: true, bridge: null, veth: false, macvlan: false, base: false } as const;
    for (const system of ["tree", "toplevel"] as const) {
      const shape: Common = { ...usual, more: {}, system, network: "own", forwards: [forward], binds: [bind, bind] };
      const containers = Array.from({ length: 20 }, (_, index) =>
        containerOf(shape, { name: `c${index}`, octet: index, port: 1000 + index, paths: ["a", "b", "c", "d", "e"] }),
      );
      expect(piecesOf(containers, make).filter(isFilled).length).toBeGreaterThan(10);
    }
  });

  test("is not made of what depends on a value by more than repeating it", () => {
    const text = (of: (container: SystemContainer) => string) => (container: SystemContainer) => ({
      ...make(container),
      files: [["/x", of(container)] as const],
      triggers: [],
    });
    expect(
      stencilOf(
        trusted,
        text(({ name }) => `it is ${name}`),
      ),
    ).not.toBeNull();
    const others: ((container: SystemContainer) => string)[] = [
      ({ name }) => `${name.length + Number(name.includes("b-"))}`,
      ({ name }) => name.toUpperCase(),
      ({ name }) => name.toLowerCase(),
      ({ name }) => name.replaceAll("-", "_"),
      ({ name }) => [...name].reverse().join(""),
      ({ name }) => encodeURIComponent(name).slice(1),
      ({ name }) => (name === trusted.name ? "it is web" : `it is not web but ${name}`),
    ];
    for (const of of others) expect(stencilOf(trusted, text(of)), `${of}`).toBeNull();
  });

  test("is for containers whose other values are the same, and equal where they are equal", () => {
    const shape = (container: SystemContainer) => JSON.stringify(make(container));
    const binds = (source: string, target: string) => [
      { source, target, readOnly: true, idmap: true, create: null, plantable: [] },
      { source: "/srv/b", target: "/mnt/b", readOnly: true, idmap: true, create: null, plantable: [] },
    ];
    // Of two binds with one source, the unit names it once.
    const containers = Array.from({ length: 24 }, (_, index): SystemContainer => {
      const name = `c${index}`;
      return { ...trusted, name, binds: binds(index % 2 ? "/srv/b" : `/srv/${name}`, `/mnt/${name}`) };
    });
    const pieces = piecesOf(containers, make);
    expect(pieces.filter(isFilled).length).toBeGreaterThan(8);
    for (const [index, piece] of pieces.entries()) {
      expect(JSON.stringify(piece.units().map(({ name, sections }) => ({ name, sections })))).toBe(
        JSON.stringify(JSON.parse(shape(containers[index]!)).units),
      );
    }
  });
});
