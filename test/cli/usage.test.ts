import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verbFirst } from "../../src/cli/app.ts";
import { verbs } from "../../src/cli/verbs/index.ts";
import { container, World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

describe("bad usage has code 64, says what is wrong, and what to do", () => {
  test("an unknown verb: the nearest is offered", async () => {
    expect(await world.run("lst")).toEqual({
      code: 64,
      out: "",
      err: 'error[bad-usage]: there is no verb "lst"\n  did you mean list?\n',
    });
  });

  test.each(["foo", "bar"])("%s is near to no verb", async (word) => {
    expect((await world.run(word)).err).toBe(
      `error[bad-usage]: there is no verb "${word}"\n  stowage --help lists them\n`,
    );
  });

  test("a verb that is like none", async () => {
    const { code, err } = await world.run("frobnicate-everything-now");
    expect(code).toBe(64);
    expect(err).toContain("stowage --help lists them");
  });

  test.each([
    [["list", "--jsn"], "list has no flag --jsn\n  did you mean --json?"],
    [["ls", "-x"], "list has no flag -x\n  usage: stowage list [flags]\n"],
    [["status"], "missing argument: name\n"],
    [["gc", "--keep", "many"], '--keep: expected a whole number, not "many"'],
    [["logs", "web", "-n"], "--lines needs a value"],
    [["logs", "web", "-n", "1", "-n", "2"], '--lines is given twice, now with "2"'],
    [["list", "surplus"], 'too many arguments: list takes none, and there is "surplus"'],
    [
      ["image", "web", "--format", "tat"],
      '--format: expected one of tar, squashfs, oci, not "tat"\n  did you mean tar?',
    ],
    [["image", "web"], "--format needs a value"],
    [["start"], "missing argument: name\n"],
    [["run", "web"], "missing argument: name -- command (at least 2 words, and there is 1)"],
  ])("%j", async (argv, message) => {
    const { code, out, err } = await world.run(...argv);
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(err).toMatch(/^error\[bad-usage\]: /);
    expect(err).toContain(message);
    expect(err).toMatch(/\n {2}usage: stowage \w+ .*\n {2}stowage \w+ --help has all of it\n$/);
  });

  test("no verb at all: the help goes to stderr", async () => {
    const { code, out, err } = await world.run();
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(err).toContain("usage: stowage");
  });
});

describe("help", () => {
  test("of the command: every verb, every exit code", async () => {
    const { code, out } = await world.run("--help");
    expect(code).toBe(0);
    for (const name of Object.keys(verbs)) expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
    for (const number of [0, 1, 2, 4, 64, 70, 75, 77, 130, 141]) expect(out).toMatch(new RegExp(`^ +${number}  `, "m"));
  });

  test.each(Object.keys(verbs))("of %s: what it does, with an example", async (name) => {
    const { code, out } = await world.run(name, "--help");
    expect(code).toBe(0);
    const examples = out.split("Examples:\n")[1] ?? "";
    expect(examples).toMatch(new RegExp(`^  stowage (-c \\S+ )?${name}\\b`));
    expect(await world.run(name, "-h")).toMatchObject({ code: 0, out });
    expect(await world.run("help", name)).toMatchObject({ code: 0, out });
  });

  test.each(["complete", "at-boot", "foo"])("of %s: that is no verb for people", async (name) => {
    const { code, out, err } = await world.run("help", name);
    expect({ code, out }).toEqual({ code: 64, out: "" });
    expect(err).toMatch(new RegExp(`^error\\[bad-usage\\]: there is no verb "${name}"\n  .*\n$`));
  });

  test("of help is that of the command", async () => {
    expect(await world.run("help", "help")).toEqual(await world.run("--help"));
  });

  test("is not asked for by what follows --", async () => {
    world.containers(container("web"));
    const { code, out } = await world.run("run", "web", "--", "ls", "--help");
    expect(out).not.toContain("usage:");
    expect(code).not.toBe(0);
  });
});

describe("flags of every verb", () => {
  test.each([
    [
      ["-c", "x.ts", "plan"],
      ["plan", "-c", "x.ts"],
    ],
    [
      ["--state-dir", "d", "-q", "list", "--json"],
      ["list", "--state-dir", "d", "-q", "--json"],
    ],
    [
      ["run", "web", "--", "-c", "x"],
      ["run", "web", "--", "-c", "x"],
    ],
    [
      ["--config=x.ts", "plan"],
      ["plan", "--config=x.ts"],
    ],
    ...["-vc", "-qc"].map((letters) => [
      [letters, "x.ts", "plan"],
      ["plan", letters, "x.ts"],
    ]),
    [["-q"], ["-q"]],
    [[], []],
  ])("may stand before it: %j", (argv, expected) => {
    expect(verbFirst(argv)).toEqual(expected);
  });

  test("--state-dir puts the store elsewhere", async () => {
    world.containers(container("web"));
    const state = world.env.STOWAGE_STATE_DIR!;
    world.env = { NO_COLOR: "1" };
    expect((await world.run("--state-dir", state, "list")).out).toContain("web");
  });
});

describe("root", () => {
  test.each([["start", "web"], ["stop", "web"], ["run", "web", "--", "true"], ["logs", "web"], ["switch"]])(
    "is needed by %s: code 77",
    async (...argv) => {
      world.containers(container("web"));
      writeFileSync(`${world.directory}/host.ts`, "export default {}");
      world.uid = 1000;
      const { code, out, err } = await world.run(...argv);
      expect({ code, out }).toEqual({ code: 77, out: "" });
      expect(err).toBe(
        `error[needs-root]: stowage ${argv[0]} needs root\n  run it with sudo: sudo stowage ${argv[0]} …\n`,
      );
    },
  );
});

describe("the configuration", () => {
  test.each(["check", "eval", "compile", "build", "plan", "switch"])("%s: none is there", async (verb) => {
    const { code, err } = await world.run(verb);
    expect(code).toBe(1);
    expect(err).toContain("error[no-configuration]: there is no ./host.ts and no /etc/stowage/host.ts");
  });

  test("the one that was named is not there", async () => {
    const { code, err } = await world.run("-c", "no/host.ts", "check");
    expect(code).toBe(1);
    expect(err).toContain("there is no file no/host.ts");
  });
});
