import { describe, expect, test } from "vitest";
import { compile, importsOf, requestsOf } from "../../src/compile/index.ts";
import type { Problem, StowageError } from "../../src/error.ts";
import { type Evaluation, evalModules } from "../../src/modules/index.ts";
import { type HostConfig, hostModule } from "../../src/options/index.ts";
import { debian, oci, tarball, tree } from "../../src/options/system/source.ts";
import { packagesReason } from "../../src/plan/packages.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { Lock } from "../../src/systems/lock.ts";
import { lockChanges } from "../../src/systems/lock-changes.ts";
import { parseLock, renderLock } from "../../src/systems/lock-text.ts";
import { type ImportRecipe, recipeName } from "../../src/systems/recipe.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const lock: Lock = {
  format: 1,
  suites: {},
  imports: { "tarball ./base.tar.xz": digest("a"), "oci /srv/an image.tar": digest("b") },
};

const evaluated = (config: object): Evaluation<HostConfig> =>
  evalModules({ modules: [hostModule, { containers: { web: { config } } }] }) as Evaluation as Evaluation<HostConfig>;
const compiled = (config: object, from = lock) => compile(evaluated(config), from, defaultLayout);

function problemsOf(config: object): readonly Problem[] {
  try {
    compiled(config);
    return [];
  } catch (error) {
    return (error as StowageError).problems;
  }
}

describe("a source that is imported", () => {
  test("is asked for as it is written, and nothing is asked of apt", () => {
    const { config } = evaluated({ system: { source: tree("./tree") } });
    expect(importsOf(config)).toEqual([{ kind: "tree", path: "./tree" }]);
    expect(requestsOf(config)).toEqual([]);
  });
  test("gets its store name from the hash in the lock, wherever it lies", () => {
    const systems = (path: string, pins: Lock) =>
      Object.keys(compiled({ system: { source: tarball(path) } }, pins).systems)[0];
    const here = systems("./base.tar.xz", lock);
    expect(here).toMatch(/^[0-9a-z]{32}-tarball-base$/);
    expect(systems("/srv/base.tar.xz", { ...lock, imports: { "tarball /srv/base.tar.xz": digest("a") } })).toEqual(
      here,
    );
    expect(systems("./base.tar.xz", { ...lock, imports: { "tarball ./base.tar.xz": digest("c") } })).not.toEqual(here);
  });
  test("is built before what is declared above it", () => {
    const kinds = Object.values(compiled({ system: { source: oci("/srv/an image.tar") } }).systems).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(["import", "toplevel"]);
  });
  test("runs none of its programs on the host: commands of the build are refused", () => {
    const system = { source: tarball("./base.tar.xz"), extraSystemBuilderCmds: 'echo 42 >"$out/answer"\n' };
    expect(problemsOf({ system })).toMatchObject([
      { code: "commands-with-import", option: ["containers", "web", "config", "system", "extraSystemBuilderCmds"] },
    ]);
    expect(problemsOf({ system: { ...system, extraSystemBuilderCmds: "\n" } })).toEqual([]);
  });
  test("that is not pinned yet is said to be so", () => {
    expect(problemsOf({ system: { source: tree("/srv/tree") } })).toMatchObject([
      { code: "not-locked", details: ["tree /srv/tree"] },
    ]);
  });
});

describe("mistakes", () => {
  test.each([
    ["packages beside it", { packages: ["curl"], system: { source: tree("/a") } }, "packages-with-import"],
    ["no path", { system: { source: { kind: "tarball" } } }, "source-without-path"],
    [
      "a path for Debian's packages",
      { system: { source: { ...debian({ suite: "trixie" }), path: "/a" } } },
      "source-without-kind",
    ],
    ["a mirror", { system: { source: { ...tree("/a"), mirror: "http://m.example/debian" } } }, "unused-source-option"],
    ["components", { system: { source: { ...tree("/a"), components: ["main", "contrib"] } } }, "unused-source-option"],
    ["no further suites", { system: { source: { ...tree("/a"), furtherSuites: [] } } }, "unused-source-option"],
    ["the host itself", { system: { source: tree("//") } }, "bad-path"],
  ])("%s", (_, config, code) => {
    expect(problemsOf(config)).toMatchObject([{ code, option: expect.arrayContaining(["web"]) }]);
  });
  test("an image that is somewhere else, with the way to get it here", () => {
    const hint = (path: string) => problemsOf({ system: { source: oci(path) } })[0]?.hint;
    expect(hint("docker://debian:13")).toBe('skopeo copy docker://debian:13 oci-archive:FILE, then oci("FILE")');
    expect(hint("containers-storage:web")).toContain("skopeo copy containers-storage:web");
    expect(hint("oci-archive:/srv/a.tar")).toBe('write the path alone: oci("/srv/a.tar")');
  });
});

describe("in the lock", () => {
  test("it is read as it was written, and strange entries are refused", () => {
    expect(parseLock(renderLock(lock), "stowage.lock")).toEqual(lock);
    for (const [name, value] of [
      ["zip ./a", digest("a")],
      ["tarball ", digest("a")],
      ["tarball a", "sha256:1"],
      ["tree a", ""],
    ]) {
      const text = renderLock({ ...lock, imports: { [name as string]: value as string } });
      expect(() => parseLock(text, "stowage.lock")).toThrow("not a lock file");
    }
  });
  test("a new hash is a change that update tells and plan gives as its reason", () => {
    const next = { ...lock, imports: { "tarball ./base.tar.xz": digest("c") } };
    expect(lockChanges(lock, next)).toEqual([
      { suite: "import", name: "oci /srv/an image.tar", from: "sha256:bbbbbbbbbbbb", to: null },
      { suite: "import", name: "tarball ./base.tar.xz", from: "sha256:aaaaaaaaaaaa", to: "sha256:cccccccccccc" },
    ]);
    const recipe = (letter: string): ImportRecipe => ({
      kind: "import",
      builder: 1,
      source: "tarball",
      digest: digest(letter),
      from: "./base.tar.xz",
    });
    expect(packagesReason(recipe("a"), recipe("c"))).toBe("./base.tar.xz was pinned anew");
    expect(recipeName(recipe("a"))).not.toBe(recipeName(recipe("c")));
  });
});
