/** Content is made when it is looked at: nothing may be found wrong only then, as `check` does not look. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, type Generation, sourcesOf } from "../../src/compile/index.ts";
import { lazyGeneration, printedOf } from "../../src/compile/lazy.ts";
import { type Parts, pieceOf } from "../../src/compile/piece.ts";
import { StowageError } from "../../src/error.ts";
import { type Evaluation, evalModules, type Option, type OptionType } from "../../src/modules/index.ts";
import { containerOptions } from "../../src/options/container/index.ts";
import { type HostConfig, hostOptions } from "../../src/options/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { render } from "../../src/units/index.ts";
import { lock } from "./config.ts";

const odd = [
  "",
  "a b",
  "%n",
  "$HOME",
  '"',
  "'",
  "\\",
  ":",
  ";",
  "#",
  "é",
  "\ud800",
  "\ue000",
  "\u0085",
  "\u2028",
  "=",
  "-x",
];
const words = [
  ...odd,
  ...odd.map((text) => `/srv/${text}`),
  ...odd.map((text) => `/${text}/x`),
  ...["nginx-light", "redis", "web", "db", "eth0", ".eth1", "eth2.10", "br0", "multi-user.target", "root", "0640"],
  ...["10.0.0.1", "10.0.0.2/24", "192.0.2.1", "fd00::1", "fd00::0:2/64", "::ffff:10.0.0.3", "02:00:5E:10:00:01"],
  ...["CAP_NET_ADMIN", "CAP_SYS_TIME", "--x=y", "5min 20s", "infinity", "rw", "no", "identity", "pick", "/dev/fuse"],
  ...["/var/cache:size=64M,mode=1777", "tcp", "udp", "symlink", "auto", "reload", "none", "trixie", "bookworm"],
];
const values: readonly unknown[] = [...words, 0, 1, 53, 80, 65535, 65536, 131072, -1, 1.5, true, false];

type Definition = fc.Arbitrary<unknown>;

function valueFor(type: OptionType): Definition {
  const { merging } = type;
  const fits = values.filter((value) => type.check(value));
  switch (merging.by) {
    case "elements":
      return fc.array(valueFor(merging.element), { maxLength: 2 });
    case "attributes":
      return fc.dictionary(fc.constantFrom(...words), valueFor(merging.element), { maxKeys: 2 });
    case "modules":
      return optionsOf((merging.modules[0] as { options: Record<string, Option> }).options);
    case "choice":
      return fc.oneof(...merging.types.map(valueFor), ...(type.check(null) ? [fc.constant(null)] : []));
    default:
      return fits.length > 0 ? fc.constantFrom(...fits) : fc.constant(undefined);
  }
}

/** Half of the options are left alone: else nothing would pass the checks. */
const optionsOf = (options: object): Definition =>
  fc.record(
    Object.fromEntries(
      Object.entries(options).map(([name, member]) => {
        const given = "type" in member ? valueFor(member.type) : optionsOf(member);
        const needed = "type" in member && !("default" in member) && member.defaultText === undefined;
        return [name, needed ? given : fc.option(given, { nil: undefined, freq: 1 })];
      }),
    ),
  );

const container = fc
  .tuple(
    optionsOf(containerOptions),
    fc.constantFrom({ path: "/srv/tree", config: null }, { path: null, config: { packages: ["nginx-light"] } }, {}),
    fc.constantFrom({ privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" }, {}),
  )
  .map(([given, system, network]) => ({ ...(given as object), ...system, ...network }));

function compiled(containers: object): Generation | null {
  const evaluation = evalModules({ modules: [{ options: hostOptions }, { containers }] });
  if (evaluation.issues.length > 0) return null;
  try {
    const host = evaluation as Evaluation as Evaluation<HostConfig>;
    const file = { content: "", encoding: "utf8", executable: false } as const;
    const sources = new Map(sourcesOf(host.config).map(({ path }) => [path, file]));
    return compile(host, lock, defaultLayout, "", sources);
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    return null;
  }
}

const above = <T>(record: Readonly<Record<string, T>>, of: (name: string, value: T) => [string, string]) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => of(name, value)));

describe("a generation", () => {
  test("whatever passes the checks can be written", { timeout: 60_000 }, () => {
    let passed = 0;
    const property = fc.property(container, (web) => {
      const generation = compiled({ web });
      if (generation === null) return;
      passed++;
      JSON.stringify(generation);
      const printed = [...printedOf(generation, { before: "\x01", after: "\x02", directory: "/units" })].join("");
      const paths = printed.split("\x01").slice(1);
      expect(Object.fromEntries(paths.map((path) => path.split("\x02\n")))).toEqual({
        ...above(generation.units, (name, unit) => [`/units/${name}`, `${render(unit)}\n`]),
        ...above(generation.unitLinks, (link, target) => [`/units/${link} -> ${target}`, "\n"]),
        ...above(generation.files, (path, { text }) => [path, `${text}\n`]),
      });
      expect(new Set(paths).size).toBe(paths.length);
    });
    fc.assert(property, { numRuns: 500, seed: 7 });
    expect(passed).toBeGreaterThan(100);
  });

  test("is made when it is looked at, and only once", () => {
    let made = 0;
    const generation = lazyGeneration(() => {
      made++;
      return { pieces: [], hosts: [], systems: {} };
    });
    expect(made).toBe(0);
    expect([generation.id, generation.units, generation.files].length).toBe(3);
    expect(made).toBe(1);
  });

  test("is one frozen value", () => {
    const generation = compiled({ web: { path: "/srv/tree" } })!;
    expect(Object.isFrozen(generation)).toBe(true);
    expect(Object.isFrozen(generation.units["container@web.service"]?.sections.Unit)).toBe(true);
    expect(generation.units).toBe(generation.units);
    expect({ ...generation }).toEqual(generation);
    expect(JSON.parse(JSON.stringify(generation))).toEqual(generation);
    expect(Object.keys(generation)[0]).toBe("format");
  });
});

test("the id differs where files or units differ, and nowhere else", () => {
  const idOf = (...parts: Partial<Parts>[]) =>
    lazyGeneration(() => ({
      pieces: parts.map((more) => pieceOf({ units: [], files: [], ...more })),
      hosts: [],
      systems: {},
    })).id;
  const unit = (value: string) => ({ name: "a.service", sections: { Unit: { Description: value } } });
  const contents: Partial<Parts>[][] = [
    ...[[{}], [{ files: [["/a", "b"]] }], [{ files: [["/a", "c"]] }], [{ files: [["/b", "b"]] }]],
    // Texts follow each other: where one ends counts.
    ...[
      [
        {
          files: [
            ["/a", "bc"],
            ["/b", "d"],
          ],
        },
      ],
      [
        {
          files: [
            ["/a", "b"],
            ["/b", "cd"],
          ],
        },
      ],
    ],
    ...[[{ units: [unit("a")] }], [{ units: [unit("b")] }], [{ unitLinks: { a: "b" } }], [{ unitLinks: { ab: "" } }]],
    ...[
      [{ files: [["/a", "b"]] }, {}],
      [{ files: [["/a", "b"]] }, { files: [["/a", "b"]] }],
    ],
  ] as Partial<Parts>[][];
  const ids = contents.map((parts) => idOf(...parts));
  expect(new Set(ids).size).toBe(contents.length);
  expect(contents.map((parts) => idOf(...parts))).toEqual(ids);
});
