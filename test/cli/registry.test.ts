/**
 * What every verb has, whoever wrote it: examples that are right, words, errors of usage, completion, a scenario. A verb
 * that is new fails here until it has all of them; its JSON is json.test.ts's matter.
 */
import { existsSync, readFileSync } from "node:fs";
import { buildApplication, buildCommand, buildRouteMap, run } from "@stricli/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verbFirst } from "../../src/cli/app.ts";
import { argumentKind, flagKind } from "../../src/cli/complete/kinds.ts";
import { readLine } from "../../src/cli/complete/line.ts";
import { describeVerb } from "../../src/cli/verbs/described.ts";
import { aliases, common, verbs } from "../../src/cli/verbs/index.ts";
import { plays, scenarios } from "./scenarios.ts";
import { container, World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = new World();
  world.containers(container("web"));
});
afterEach(() => world.end());

const all = Object.entries(verbs);

/** What a shell makes of an example, without what it does with the output. */
const wordsOf = (example: string): readonly string[] =>
  verbFirst(readLine(example.replace(/ (&&|\||>|<) .*/s, "")).words);

/** What the real parser says of a line, in place of the verb's own code. */
async function parsed(name: keyof typeof verbs, words: readonly string[]): Promise<string> {
  const said: string[] = [];
  const command = buildCommand({
    docs: { brief: "x" },
    parameters: verbs[name].parameters as never,
    func: () => void said.push("ran"),
  });
  const app = buildApplication(buildRouteMap({ routes: { [name]: command }, docs: { brief: "x" } }), {
    name: "stowage",
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
  });
  const stream = { write: (text: string) => void said.push(text) };
  await run(app, words, { process: { stdout: stream, stderr: stream, env: {}, exitCode: null } } as never);
  return said.join("");
}

describe.each(all)("%s", (name, verb) => {
  const described = describeVerb(name, verb);
  const { arguments: args, flags } = described;

  test("says what it does in one line", () => {
    expect(described.brief).toMatch(/^[A-Z].{10,119}[^.]$/);
    for (const { brief } of [...flags, ...args]) expect(brief).toMatch(/^\S.*[^.\s]$/);
  });

  test("has examples that are right", async () => {
    expect(described.examples.length).toBeGreaterThan(0);
    for (const example of described.examples) {
      const [typed = "", ...words] = wordsOf(example);
      expect(aliases[typed] ?? typed, example).toBe(name);
      expect(await parsed(name as keyof typeof verbs, [name, ...words]), example).toBe("ran");
    }
  });

  test("says what stands for its values, and completion knows what they are", () => {
    for (const { placeholder } of args) expect(argumentKind(name, placeholder), placeholder).toBeDefined();
    for (const { value } of flags) {
      expect(value?.placeholder).not.toBe("value");
      if (value?.values === undefined && value) expect(flagKind(name, value.placeholder)).toBeDefined();
    }
  });

  test("is completed by its name and its other names", async () => {
    for (const word of [name, ...described.aliases]) {
      const { out } = await world.run("complete", "zsh", "--", word);
      expect(out).toContain(`\n${word}\t`);
    }
  });

  test("refuses a flag that it does not have, and offers the nearest", async () => {
    const near = flags.find((flag) => !flag.isHidden && flag.name.length > 4)!.name;
    const wrong = `--${near.slice(0, 2)}${near.slice(3)}`;
    const { code, out, err } = await world.run(name, wrong);
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(err).toContain(`error[bad-usage]: ${name} has no flag ${wrong}\n  did you mean --${near}`);
    expect(err).toContain(`\n  usage: stowage ${name} `);
    expect((await world.run(name, "-Z")).err).toContain(`error[bad-usage]: ${name} has no flag -Z\n`);
  });

  test("refuses arguments that are missing, and those that are too many", async () => {
    const required = flags.flatMap((flag) =>
      flag.isRequired ? [`--${flag.name}`, flag.value?.values?.[0] ?? "x"] : [],
    );
    if (args.some(({ isOptional }) => !isOptional)) {
      const { code, out, err } = await world.run(name, ...required);
      expect({ code, out }).toEqual({ code: 64, out: "" });
      expect(err).toContain("error[bad-usage]: missing argument: ");
    }
    if (args.some(({ isRepeated }) => isRepeated)) return;
    const { code, out, err } = await world.run(name, ...required, ...args.map(() => "1"), "surplus");
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(err).toMatch(/error\[bad-usage\]: (too many arguments: .* "surplus"|\S+: expected one of)/);
  });

  test("has a scenario, on real systemd", () => {
    const file = scenarios[name];
    expect(file, `test/cli/scenarios.ts names none for ${name}`).toBeDefined();
    const path = new URL(`../../${file}`, import.meta.url);
    expect(existsSync(path), file).toBe(true);
    const text = readFileSync(path, "utf8");
    // One plays the tutorial as it is written.
    const played = text.includes("docs/tutorial.md") ? readFileSync("docs/tutorial.md", "utf8") : "";
    expect(plays(text + played, [name, ...described.aliases]), file).toBe(true);
  });
});

test("no name means two verbs", () => {
  const names = [...Object.keys(verbs), ...all.flatMap(([, { words }]) => words.aliases)];
  expect(names.length).toBe(new Set(names).size);
});

test("what help shows first is there", () => {
  expect(common.filter((name) => !Object.hasOwn(verbs, name))).toEqual([]);
});

test("no scenario is named for a verb that is gone", () => {
  expect(Object.keys(scenarios).filter((name) => !Object.hasOwn(verbs, name))).toEqual([]);
});

test("a program of the host's plays no verb, and neither does a comment", () => {
  for (const call of [
    'host.run(["test", "-e", "/x"])',
    'host.must(["test", "-e"])',
    'host.inside(name, ["test"])',
    '  // host.stowage(["test"])\n',
    "/** `stowage test`\n * more */",
  ]) {
    expect(plays(call, ["test"]), call).toBe(false);
  }
  for (const call of [
    'host.stowage(["test"])',
    'tryStowage(host, ["test"])',
    'answer(host, "test")',
    'const all = [\n  ["test"],\n]',
    'host.run(["stowage", "test"])',
    'host.sh("stowage test")',
  ]) {
    expect(plays(call, ["test"]), call).toBe(true);
  }
});
