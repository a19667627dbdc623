/** What is offered at the cursor, by the registry of verbs and by what the machine has. */
import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { shells } from "../../../src/cli/complete/scripts.ts";
import { describeVerb } from "../../../src/cli/verbs/described.ts";
import { verbs } from "../../../src/cli/verbs/index.ts";
import { container, World } from "../world.ts";

let world: World;
beforeEach(() => {
  world = new World();
  world.containers(
    container("web", { made: true }),
    container("db"),
    container("cache", { kind: "oci", unit: "podman-cache.service" }),
  );
});
afterEach(() => world.end());

/** What zsh is told: what to do, and the values. */
async function offered(...words: string[]): Promise<string[]> {
  const { out } = await world.run("complete", "zsh", "--", ...words);
  return out
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t")[0]!);
}

describe("verbs", () => {
  test("all of them, at the beginning and after flags", async () => {
    const all = [":done", ...Object.keys(verbs), "help"];
    expect(await offered("")).toEqual(all);
    expect(await offered("-q", "-c", "host.ts", "")).toEqual(all);
    expect(await offered("help", "")).toEqual(all);
  });

  test("those that begin like it, and other names", async () => {
    expect(await offered("ge")).toEqual([":done", "generations"]);
    expect(await offered("p")).toEqual([":done", "plan", ...(Object.hasOwn(verbs, "port") ? ["port"] : []), "ps"]);
  });

  test("with what they do", async () => {
    const { out } = await world.run("complete", "fish", "--", "swi");
    expect(out).toBe(`:done\nswitch\t${verbs.switch.words.brief}\n`);
  });

  test("of none nothing is offered", async () => {
    expect(await offered("frobnicate", "")).toEqual([":done"]);
    expect(await offered("help", "plan", "")).toEqual([":done"]);
  });
});

describe("flags", () => {
  test.each(Object.entries(verbs))("of %s: all of them, each with its words", async (name, verb) => {
    const { out } = await world.run("complete", "fish", "--", name, "--");
    const { flags } = describeVerb(name, verb);
    for (const flag of flags) expect(out.includes(`\n--${flag.name}\t${flag.brief}\n`)).toBe(!flag.isHidden);
    expect(out).toContain("\n--help\t");
  });

  test("those that were given are not offered again, but for those that may be", async () => {
    expect(await offered("list", "--json", "--j")).toEqual([":done"]);
    expect(await offered("list", "-q", "--q")).toEqual([":done"]);
    expect(await offered("run", "--env", "A=1", "--en")).toEqual([":done", "--env"]);
  });

  test("not behind --", async () => {
    expect(await offered("start", "--", "--")).toEqual([":done"]);
    expect(await offered("run", "web", "--", "ls", "--")).toEqual([":done"]);
  });

  test("where nothing else can stand", async () => {
    expect(await offered("doctor", "")).toContain("--json");
    expect(await offered("status", "web", "")).toContain("--json");
  });

  test("before the verb", async () => {
    expect(await offered("--c")).toEqual([":done", "--config"]);
    expect(await offered("--v")).toEqual([":done", "--verbose", "--version"]);
  });
});

describe("values of flags", () => {
  test("words", async () => {
    expect(await offered("image", "--format", "")).toEqual([":done", "tar", "squashfs", "oci"]);
    expect(await offered("image", "--format", "s")).toEqual([":done", "squashfs"]);
    expect(await offered("image", "--format=s")).toEqual([":done", "--format=squashfs"]);
  });

  test("files are the shell's matter", async () => {
    for (const words of [
      ["plan", "-c", ""],
      ["plan", "--config", "h"],
      ["plan", "--config=h"],
      ["-c", ""],
    ])
      expect(await offered(...words)).toEqual([":files"]);
    expect(await offered("image", "web", "-qo", "")).toEqual([":files"]);
  });

  test("what has no list", async () => {
    expect(await offered("logs", "--since", "")).toEqual([":done"]);
    expect(await offered("run", "--cwd", "")).toEqual([":done"]);
  });
});

describe("names of containers", () => {
  test("all of them, with their kind", async () => {
    const { out } = await world.run("complete", "fish", "--", "logs", "");
    expect(out).toBe(":done\ncache\toci\ndb\tsystem\nweb\tsystem\n");
  });

  test.each([
    ["stop", []],
    ["start", ["cache", "db", "web"]],
    ["status", ["cache", "db", "web"]],
  ])("that make sense for %s, where none runs", async (verb, names) => {
    expect(await offered(verb, "")).toEqual([":done", ...names]);
  });

  test("none twice", async () => {
    expect(await offered("start", "web", "")).toEqual([":done", "cache", "db"]);
    expect(await offered("status", "web", "w")).toEqual([":done"]);
  });

  test("not for what is made from here on, and not for commands in a container", async () => {
    expect(await offered("create", "")).toEqual([":done"]);
    expect(await offered("run", "web", "")).not.toContain("db");
  });

  test("by hand alone", async () => {
    expect(await offered("destroy", "")).toEqual([":done", "web"]);
  });

  test("of which only the state is left", async () => {
    for (const name of ["web", "former"]) mkdirSync(`${world.directory}/state/containers/${name}`, { recursive: true });
    expect(await offered("destroy", "--state", "")).toEqual([":done", "former"]);
  });
});

describe("generations", () => {
  beforeEach(() => world.containers(container("web")));

  test("the newest first", async () => {
    expect(await offered("rollback", "--to", "")).toEqual([":done", "2", "1"]);
    expect(await offered("diff", "1", "")).toEqual([":done", "2", "1"]);
  });

  test("or a container", async () => {
    expect(await offered("rollback", "")).toEqual([":done", "web", "2", "1"]);
  });
});

describe("paths of options", () => {
  test("one name after the other, those of containers too", async () => {
    expect(await offered("explain", "contai")).toEqual([":open", "containers."]);
    expect(await offered("explain", "containers.")).toEqual([":open", "containers.db.", "containers.web."]);
    expect(await offered("explain", "containers.web.autoS")).toEqual([":done", "containers.web.autoStart"]);
    expect(await offered("explain", "containers.web.forwardP")).toEqual([":done", "containers.web.forwardPorts"]);
    expect(await offered("eval", "ociContainers.containers.")).toEqual([":open", "ociContainers.containers.cache."]);
    expect(await offered("eval", "nothing.of.this.")).toEqual([":done"]);
  });

  test("inside of a container's system", async () => {
    expect(await offered("explain", "containers.web.config.services.ng")).toEqual([
      ":open",
      "containers.web.config.services.nginx.",
    ]);
  });

  test("settings of one that is made by hand, and what they may be", async () => {
    expect(await offered("create", "x", "--set", "autoS")).toEqual([":open", "autoStart="]);
    expect(await offered("create", "x", "--set", "autoStart=")).toEqual([":done", "autoStart=true", "autoStart=false"]);
    expect(await offered("create", "x", "--set=autoStart=f")).toEqual([":done", "--set=autoStart=false"]);
    expect(await offered("create", "x", "--image", "redis", "--set", "entryp")).toEqual([":open", "entrypoint="]);
  });
});

describe("what cannot be known", () => {
  test("without root: the names of units that everybody sees; no error, and nothing on stderr", async () => {
    const layoutUnits = `${world.directory}/state/generations`;
    mkdirSync(layoutUnits, { recursive: true });
    writeFileSync(`${world.directory}/state/current`, "damaged");
    for (const words of [
      ["start", ""],
      ["rollback", ""],
      ["explain", "containers."],
    ]) {
      expect(await world.run("complete", "zsh", "--", ...words)).toMatchObject({ code: 0, err: "" });
    }
  });

  test("a host.ts is not run because somebody pressed a key", async () => {
    writeFileSync(`${world.directory}/host.ts`, "throw new Error('run');");
    for (const words of [
      ["eval", ""],
      ["explain", "containers."],
      ["plan", "-c", ""],
      ["options", ""],
    ]) {
      expect(await world.run("complete", "zsh", "--", ...words)).toMatchObject({ code: 0, err: "" });
    }
  });
});

describe("bash", () => {
  const line = async (text: string) => (await world.run("complete", "bash", "--", text, " \t\n\"'@><=;|&(:")).out;

  test.each([
    ["stowage gener", ":done\ngenerations"],
    ["stowage  image 'web' --format s", ":done\nsquashfs"],
    // It breaks words at "=", and takes what stands behind it.
    ["stowage image --format=s", ":done\nsquashfs"],
    ["stowage create x --set autoStart=f", ":done\nfalse"],
    ["stowage plan --config=h", ":files"],
    ["stowage status we", ":done\nweb"],
    ['stowage status "we', ":done\nweb"],
  ])("%s", async (text, expected) => {
    expect((await line(text)).replaceAll(/\t.*/g, "").trimEnd()).toBe(expected);
  });
});

describe("stowage completion", () => {
  test.each(shells)("%s: prints its script", async (shell) => {
    const { code, out } = await world.run("completion", shell);
    expect(code).toBe(0);
    expect(out).toContain(`stowage complete ${shell} -- `);
  });

  test("of another shell", async () => {
    const { code, err } = await world.run("completion", "tcsh");
    expect(code).toBe(64);
    expect(err).toContain('shell: expected one of bash, zsh, fish, not "tcsh"');
  });

  test("its own argument", async () => {
    expect(await offered("completion", "")).toEqual([":done", ...shells]);
  });
});
