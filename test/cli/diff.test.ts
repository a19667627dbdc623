/** stowage diff: which generations are compared, and in what form it is said. */
import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Generation } from "../../src/compile/generation.ts";
import { compileConfig, graftMade } from "../../src/compile/index.ts";
import { setActiveGeneration, setCurrentGeneration, writeGeneration } from "../../src/store/generations.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "../compile/config.ts";
import { World } from "./world.ts";

let world: World;
let layout: Layout;
beforeEach(() => {
  world = new World();
  layout = { ...defaultLayout, state: `${world.directory}/state` };
});
afterEach(() => world.end());

const compiled = (containers: Readonly<Record<string, ShortContainer>>): Generation =>
  compileConfig(hostConfig(containers), lock, defaultLayout);
const text = (value: string): ShortContainer => ({ config: { etc: { file: { text: `${value}\n` } } } });
function keep(value: string): number {
  const number = writeGeneration(layout, compiled({ web: text(value) }));
  setCurrentGeneration(layout, number);
  return number;
}
/** What stands on the two sides. */
async function sides(...args: string[]): Promise<unknown> {
  const { out, err } = await world.run("diff", ...args, "--json");
  if (out === "") return err;
  const { from, to } = JSON.parse(out) as { from: { number: number }; to: { number: number } };
  return [from.number, to.number];
}

describe("which are compared", () => {
  test("without anything the former one and the machine's; with one that one; with two both", async () => {
    for (const value of ["a", "b", "c"]) keep(value);
    expect(await sides()).toEqual([2, 3]);
    expect(await sides("1")).toEqual([1, 3]);
    expect(await sides("3", "1")).toEqual([3, 1]);
  });

  test("by a word: what the next boot has, and what the machine has", async () => {
    const active = keep("a");
    keep("b");
    setActiveGeneration(layout, active);
    expect(await sides("active", "current")).toEqual([1, 2]);
    expect(await sides("current")).toEqual([2, 1]);
  });

  test("none that there are not", async () => {
    expect(await sides()).toContain("there is no generation yet");
    expect(await sides("active")).toContain("there is no generation yet");
    keep("a");
    expect(await sides()).toContain("there is no former generation to compare with");
    expect(await sides("7")).toContain("there is no generation 7");
    expect((await world.run("diff", "web")).code).toBe(64);
    expect((await world.run("diff", "1", "1", "--config", "host.ts")).code).toBe(64);
    keep("b");
    writeFileSync(`${layout.state}/generations/1/generation.json`, "{");
    expect((await world.run("diff")).err).toContain("generations/1/generation.json cannot be read");
    world.uid = 1000;
    expect((await world.run("diff")).code).toBe(77);
  });

  test("a configuration, which is evaluated and not built", async () => {
    keep("a");
    world.containers();
    writeFileSync(
      `${world.directory}/other.ts`,
      `import { defineHost } from "stowage";\nexport default defineHost({ containers: { tree: { path: "/srv/tree" } } });\n`,
    );
    const { code, out, err } = await world.run("diff", "--config", "other.ts");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^generation 2 → other\.ts\n\n\+ container tree\n {2}\+ system: \/srv\/tree\n/);
    const first = JSON.parse((await world.run("diff", "1", "--config", "other.ts", "--json")).out);
    expect(first.to).toEqual({ number: null, config: "other.ts", id: expect.any(String), asIn: {} });
    expect(Object.keys(first.containers)).toEqual(["tree", "web"]);
  });

  test("what it has in common with a container made by hand, with the place", async () => {
    world.containers();
    const port = { privateNetwork: true, forwardPorts: [{ hostPort: 8080 }] };
    const own = { ...port, hostAddress: "10.9.0.1", localAddress: "10.9.0.2" };
    const generation = compiled({ foo: own });
    const made = graftMade(layout, compiled({}), { name: "foo", generation, definition: "// foo\n" });
    setCurrentGeneration(layout, writeGeneration(layout, made));
    const tree = { path: "/srv/tree", ...port, hostAddress: "10.9.1.1", localAddress: "10.9.1.2" };
    writeFileSync(
      `${world.directory}/other.ts`,
      `import { defineHost } from "stowage";\nexport default defineHost({ containers: {\n  tree: ${JSON.stringify(tree)},\n} });\n`,
    );
    const { code, err } = await world.run("diff", "--config", "other.ts");
    expect(code).toBe(1);
    expect(err).toContain("8080");
    expect(err).toMatch(/other\.ts:3/);
  });
});

describe("what is said", () => {
  test("a heading, and what differs; texts where they are asked for", async () => {
    for (const value of ["a", "b"]) keep(value);
    const { code, out, err } = await world.run("diff");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe("generation 1 → generation 2\n\n~ container web\n  inside\n    ~ /etc/file\n");
    expect((await world.run("diff", "--text")).out).toContain("\n@@ -1 +1 @@\n-a\n+b\n");
    const value = JSON.parse((await world.run("diff", "--json")).out);
    expect(value).toMatchObject({ equal: false, from: { number: 1 }, to: { number: 2 } });
    expect(value.containers.web.inside.files).toEqual([{ path: "/etc/file", change: "changed", what: ["text"] }]);
    const texts = JSON.parse((await world.run("diff", "--json", "--text")).out);
    expect(texts.containers.web.inside.files[0].texts).toEqual({ from: "a\n", to: "b\n" });
  });

  test("nothing where they are the same", async () => {
    for (const value of ["a", "a"]) keep(value);
    expect(await world.run("diff")).toEqual({ code: 0, out: "", err: "generation 1 and generation 2 are the same\n" });
    expect(await world.run("diff", "--quiet")).toEqual({ code: 0, out: "", err: "" });
    expect(JSON.parse((await world.run("diff", "--json")).out)).toMatchObject({ equal: true, containers: {} });
  });

  test("control characters of a file are made visible", async () => {
    for (const value of ["a", "b\u001b[2J"]) keep(value);
    const { out } = await world.run("diff", "--text");
    expect(out).toContain("+b^[[2J\n");
  });
});
