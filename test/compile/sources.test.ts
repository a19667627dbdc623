import { describe, expect, test } from "vitest";
import { compileConfig, type SourceFile, type Sources, sourcesOf } from "../../src/compile/index.ts";
import { Problems } from "../../src/compile/problems.ts";
import { sourceText } from "../../src/compile/sources.ts";
import { type Problem, StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { ToplevelRecipe } from "../../src/systems/recipe.ts";
import { hostConfig, lock, type ShortSystem } from "./config.ts";

const file = (content: string, more: Partial<SourceFile> = {}): SourceFile => ({
  content,
  encoding: "utf8",
  executable: false,
  ...more,
});
const sources: Sources = new Map<string, SourceFile | { readonly problem: Problem }>([
  ["./a.conf", file("a\n")],
  ["run.sh", file("#!/bin/sh\n", { executable: true })],
  ["a.bin", file("/w==", { encoding: "base64" })],
  ["gone", { problem: { code: "unreadable-source", message: "gone does not exist" } }],
]);

function recipe(etc: NonNullable<ShortSystem["etc"]>): ToplevelRecipe {
  const places = (path: readonly string[]) => [{ file: path.join(" "), line: 1, column: 1 }];
  const config = hostConfig({ web: { config: { etc } } });
  const { containers, systems } = compileConfig(config, lock, defaultLayout, places, "", sources);
  return systems[containers.web?.system ?? ""] as ToplevelRecipe;
}

function problems(etc: NonNullable<ShortSystem["etc"]>): (string | undefined)[][] {
  try {
    recipe(etc);
    return [];
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    return error.problems.map(({ code, places = [] }) => [code, ...places.map((place) => place.file)]);
  }
}

test("what is to be read: of all containers, what is wanted and not a package's", () => {
  const config = hostConfig({
    a: { config: { etc: { x: { source: "./x" }, y: { source: "/usr/share/y" }, z: { source: "z", enable: false } } } },
    b: { config: { etc: { x: { source: "./x" }, y: { text: "" } } } },
    c: { config: null },
  });
  const at = (name: string) => ["containers", name, "config", "environment", "etc", "x", "source"];
  expect(sourcesOf(config)).toEqual([
    { path: "./x", option: at("a") },
    { path: "./x", option: at("b") },
  ]);
  expect(sourcesOf({ ...config, boot: { isContainer: false, enableContainers: false } })).toEqual([]);
});

describe("environment.etc.<path>.source", () => {
  test("is the content; a link to what is executable is executable, a copy has its mode", () => {
    const { etc } = recipe({
      a: { source: "./a.conf" },
      b: { source: "run.sh" },
      c: { source: "run.sh", mode: "0640", user: "app" },
      d: { source: "a.bin" },
    });
    const link = { mode: "symlink", user: "root", group: "root" };
    expect(etc).toMatchObject({
      a: { text: "a\n", ...link },
      b: { text: "#!/bin/sh\n", executable: true, ...link },
      c: { text: "#!/bin/sh\n", mode: "0640", user: "app", group: "root" },
      d: { text: "/w==", encoding: "base64", ...link },
    });
    expect(etc.a).not.toHaveProperty("executable");
    expect(etc.c).not.toHaveProperty("executable");
  });

  test("below /usr is a link to a file of the packages, also in the place of what every container has", () => {
    const { etc, etcLinks, needs } = recipe({
      localtime: { source: "/usr/share/x" },
      hostname: { source: "/usr/share/h" },
    });
    expect(etcLinks).toMatchObject({ localtime: "/usr/share/x", hostname: "/usr/share/h" });
    expect(Object.keys(etc)).not.toContain("hostname");
    // Whether the packages have them shows when the system is built.
    expect(needs).toMatchObject({ "usr/share/h": "environment.etc.hostname.source" });
  });

  const at = "containers web config environment etc x";
  test.each<[string, NonNullable<ShortSystem["etc"]>[string], (string | undefined)[]]>([
    ["what could not be read", { source: "gone" }, ["unreadable-source", `${at} source`]],
    ["a text beside it", { source: "./a.conf", text: "x" }, ["text-and-source", `${at} text`, `${at} source`]],
    ["a copy of a package's file", { source: "/usr/x", mode: "0644" }, ["copy-of-packaged-file", `${at} mode`]],
    ["a way out of /usr", { source: "/usr/../etc/shadow" }, ["bad-path", `${at} source`]],
    ["a part that is empty", { source: "/usr//x" }, ["bad-path", `${at} source`]],
  ])("%s is a problem, with its place", (_, short, expected) => {
    expect(problems({ x: short })).toEqual([expected]);
  });

  test("what nobody read is a bug", () => {
    expect(() => recipe({ x: { source: "unheard-of" } })).toThrow(/nobody read "unheard-of"/);
  });
});

test("where text is needed, bytes are a problem", () => {
  const list = new Problems(() => []);
  expect(sourceText(sources, "./a.conf", ["x"], list)).toBe("a\n");
  expect(sourceText(sources, "gone", ["x"], list)).toBeNull();
  expect(sourceText(sources, "a.bin", ["x"], list)).toBeNull();
  expect(() => list.throwIfAny()).toThrow("gone does not exist\na.bin is not a text file");
});
