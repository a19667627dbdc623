/** Containers that were made by hand, beside what host.ts and former generations declare. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { formerOfMachine } from "../../src/cli/as-it-was.ts";
import { stillMade } from "../../src/cli/by-hand/made-among.ts";
import { planByHand } from "../../src/cli/change-made.ts";
import update from "../../src/cli/commands/update.ts";
import { withMade } from "../../src/cli/made.ts";
import type { Session } from "../../src/cli/session.ts";
import type { UpdateFlags } from "../../src/cli/verbs/by-hand.ts";
import {
  compileConfig,
  type Generation,
  graftMade,
  madeNames,
  withNotes,
  withoutContainer,
} from "../../src/compile/index.ts";
import type { StowageError } from "../../src/error.ts";
import { setActiveGeneration, setCurrentGeneration, writeGeneration } from "../../src/store/generations.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "../compile/config.ts";
import { World } from "./world.ts";

const planned = vi.hoisted(
  () => [] as { next: Generation; wanted?: string; too?: { generation: Generation; wasCurrent: boolean } }[],
);
vi.mock("../../src/cli/pipeline.ts", () => ({
  planFor: (_: unknown, next: Generation, __: unknown, wanted?: string, too?: (typeof planned)[number]["too"]) => {
    planned.push({ next, ...(wanted && { wanted }), ...(too && { too }) });
    return Promise.resolve({});
  },
}));

let world: World;
let layout: Layout;
let session: Session;
beforeEach(() => {
  world = new World();
  layout = { ...defaultLayout, state: `${world.directory}/state` };
  session = { layout } as Session;
  planned.length = 0;
});
afterEach(() => world.end());

type Containers = Readonly<Record<string, ShortContainer>>;
const text = (value: string): ShortContainer => ({ config: { etc: { file: { text: value } } } });
const declared = (containers: Containers): Generation => compileConfig(hostConfig(containers), lock, defaultLayout);
const made = (base: Generation, name: string, value = "x"): Generation =>
  graftMade(defaultLayout, base, { name, generation: declared({ [name]: text(value) }), definition: `// ${value}\n` });
const create = (base: Generation, name: string): Generation =>
  withNotes(made(base, name), { byHand: { verb: "create", name } });
const keep = (generation: Generation): number => {
  const number = writeGeneration(layout, generation);
  setCurrentGeneration(layout, number);
  return number;
};
const [a, b] = [declared({ web: text("a") }), declared({ web: text("b") })];

describe("what a switch, or a rollback, goes to", () => {
  test("has what was made by hand as the machine has it", () => {
    expect(withMade(session, a)).toBe(a);
    keep(a);
    expect(withMade(session, a)).toBe(a);
    keep(made(a, "foo"));
    expect(withMade(session, a).id).toBe(made(a, "foo").id);
    expect(withMade(session, b).id).toBe(made(b, "foo").id);
    keep(made(made(b, "foo", "y"), "bar"));
    // As it is now, and not as it was in that generation; one that is gone stays so.
    expect(withMade(session, made(made(a, "foo"), "gone")).id).toBe(made(made(a, "foo", "y"), "bar").id);
  });

  test("is host.ts's where that declares it, and made by hand again where that is rolled back", () => {
    keep(made(a, "foo"));
    const taken = declared({ web: text("a"), foo: text("z") });
    expect(withMade(session, taken)).toBe(taken);
    keep(taken);
    expect(madeNames(withMade(session, made(a, "foo")))).toEqual(["foo"]);
  });
});

test("what was made by hand when it was asked for may be gone since, or host.ts's", () => {
  const asked = () => {
    try {
      return stillMade(layout, "foo").name;
    } catch (error) {
      return (error as StowageError).problems[0]?.code;
    }
  };
  expect(asked()).toBe("unknown-container");
  keep(made(a, "foo"));
  expect(asked()).toBe("foo");
  keep(declared({ web: text("a"), foo: text("z") }));
  expect(asked()).toBe("declared");
  keep(a);
  expect(asked()).toBe("unknown-container");
});

test("update: what a container is, is said of one that was made by hand, and of one alone", async () => {
  keep(made(made(a, "foo"), "bar"));
  const run = (flags: UpdateFlags, ...names: string[]) =>
    update({ ...session, io: { geteuid: () => 0 } as Session["io"] }, flags, ...names);
  const flags = { color: false };
  for (const said of [{ config: "packages: []" }, { flake: "x" }, { set: ["ephemeral=true"] }])
    for (const names of [
      ["foo", "bar"],
      ["foo", "web"],
    ])
      await expect(run({ ...flags, ...said }, ...names)).rejects.toThrow("of one at a time");
  expect(planned).toEqual([]);
});

describe("the former generation of the machine", () => {
  test("is another one in what is declared", () => {
    keep(a);
    keep(b);
    expect(formerOfMachine(layout)).toBe(1);
    keep(create(b, "foo"));
    expect(formerOfMachine(layout)).toBe(1);
    keep(withNotes(b, { byHand: { verb: "destroy", name: "foo" } }));
    expect(formerOfMachine(layout)).toBe(1);
    keep(create(a, "foo"));
    expect(formerOfMachine(layout)).toBe(4);
  });

  test("after a rollback is the one before that", () => {
    keep(a);
    keep(b);
    keep(declared({ web: text("c") }));
    keep(create(declared({ web: text("c") }), "foo"));
    keep(withNotes(made(b, "foo"), { declaredIn: 2 }));
    expect(formerOfMachine(layout)).toBe(1);
    // And made by hand since.
    keep(withNotes(create(made(b, "foo"), "bar"), { declaredIn: 2 }));
    expect(formerOfMachine(layout)).toBe(1);
  });
});

describe("a change by hand", () => {
  const byHand = { verb: "create", name: "foo" } as const;

  test("is made in what the machine has, and noted", async () => {
    keep(withNotes(a, { declaredIn: 7 }));
    await planByHand(session, byHand, (now) => made(now, "foo"));
    expect(planned[0]?.next.id).toBe(made(a, "foo").id);
    expect(planned[0]?.next).toMatchObject({ byHand, declaredIn: 7 });
    expect(planned[0]?.too).toBeUndefined();
  });

  test("before the first switch begins with nothing", async () => {
    await planByHand(session, byHand, (now) => made(now, "foo"));
    expect(planned[0]?.next.id).toBe(made(declared({}), "foo").id);
    expect(withoutContainer(defaultLayout, planned[0]!.next, "foo").id).toBe(declared({}).id);
  });

  test("is made in what the next boot has, too, where that is another one", async () => {
    keep(a);
    keep(b);
    setActiveGeneration(layout, 1);
    await planByHand(session, byHand, (now) => made(now, "foo"));
    expect(planned[0]).toMatchObject({ wanted: "active", too: { wasCurrent: true } });
    expect(planned[0]?.next.id).toBe(made(a, "foo").id);
    expect(planned[0]?.too?.generation.id).toBe(made(b, "foo").id);
    setActiveGeneration(layout, writeGeneration(layout, declared({})));
    await planByHand(session, byHand, (now) => made(now, "foo"));
    expect(planned[1]?.too?.wasCurrent).toBe(false);
  });
});

test("generations: what was done by hand, and where a container changed", async () => {
  keep(a);
  keep(create(a, "foo"));
  keep(made(b, "foo"));
  keep(withNotes(made(a, "foo"), { declaredIn: 1 }));
  keep(withNotes(made(a, "foo", "y"), { byHand: { verb: "update", name: "foo" } }));
  const last = (await world.run("generations")).out.split("\n").map((line) => line.split(/ {2,}/).at(-1));
  expect(last).toEqual([
    "MADE BY",
    "web",
    "created foo by hand",
    "foo, web",
    "rollback to 1",
    "updated foo by hand",
    "",
  ]);
  const numbers = async (...words: string[]) =>
    JSON.parse((await world.run("generations", ...words, "--json")).out).map(
      ({ number }: { number: number }) => number,
    );
  expect(await numbers("foo")).toEqual([2, 5]);
  expect(await numbers("web")).toEqual([1, 3, 4]);
  const { code, err } = await world.run("generations", "fooo");
  expect(code).toBe(1);
  expect(err).toContain("did you mean foo?");
});
