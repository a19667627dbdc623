/** The pipeline as far as a machine without systemd, network and packages can go: containers on a tree of their own. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { parsePath } from "../../src/cli/option-path.ts";
import { machineId } from "../../src/host/machine-id.ts";
import { macAddress } from "../../src/network/index.ts";
import { World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = new World();
  world.env = { ...world.env, STOWAGE_CACHE_DIR: `${world.directory}/cache` };
});
afterEach(() => world.end());

const host = (containers: string, head = "") =>
  writeFileSync(
    `${world.directory}/host.ts`,
    `import { defineHost } from "stowage";\n${head}\nexport default defineHost({\n  containers: {\n${containers}\n  },\n});\n`,
  );

/** As little as passes for a system. */
const tree = mkdtempSync(join(tmpdir(), "stowage-tree-"));
for (const part of ["etc", "usr/sbin"]) mkdirSync(join(tree, part), { recursive: true });
symlinkSync("/lib/systemd/systemd", join(tree, "usr/sbin/init"));
afterAll(() => rmSync(tree, { recursive: true }));

const web = `    web: { path: "${tree}", autoStart: true, privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" },`;

test("MAC addresses are this machine's", async () => {
  host(web);
  const { out } = await world.run("compile", "--json");
  expect(out).toContain(macAddress("web", "inside", machineId()));
});

describe("check", () => {
  test("says how many containers there are, and writes nothing beside the configuration", async () => {
    host(web);
    const { code, out, err } = await world.run("check");
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toContain("host.ts: 1 container, no problems");
    expect(readdirSync(world.directory).sort()).toEqual(["cache", "host.ts"]);
    expect((await world.run("check", "-q")).err).toBe("");
  });

  test("all problems at once, each with its place", async () => {
    host(`    web: { pth: "/srv/tree" },\n    db: { path: 7 },`);
    const { code, out, err } = await world.run("check");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("error[unknown-option]: ");
    expect(err).toContain("host.ts:5:12");
    expect(err).toContain("error[wrong-type]: ");
    expect(err).toContain("host.ts:6:11");
    expect(err).toContain("path");
  });

  test("checks across containers", async () => {
    host(`${web}\n${web.replace("web:", "other:")}`);
    const { code, err } = await world.run("check");
    expect(code).toBe(1);
    expect(err).toMatch(/10\.0\.0\.2/);
  });

  // Of one that the configuration throws the place is looked for in a process of its own: entry.test.ts.
  test("a syntax error, and an error that the configuration throws, are told", async () => {
    writeFileSync(`${world.directory}/host.ts`, "export default {\n  containers: { web: { ,\n};\n");
    expect((await world.run("check")).err).toMatch(/host\.ts:2:\d+/);
    writeFileSync(`${world.directory}/host.ts`, `\nthrow new Error("by the user");\nexport default {};\n`);
    const { code, err } = await world.run("check");
    expect(code).toBe(1);
    expect(err).toContain("by the user");
  });

  test("packages that are not locked are no problem of the configuration", async () => {
    host(`    web: { config: { packages: ["nginx-light"] } },`);
    const { code, err } = await world.run("check");
    expect(code).toBe(0);
    expect(err).toContain("stowage build adds them");
    expect(existsSync(`${world.directory}/stowage.lock`)).toBe(false);
  });
});

describe("eval", () => {
  test("the whole, a part, a value", async () => {
    host(web);
    expect(JSON.parse((await world.run("eval")).out).containers.web.path).toBe(tree);
    expect(JSON.parse((await world.run("eval", "containers.web")).out)).toMatchObject({ autoStart: true });
    expect((await world.run("eval", "containers.web.localAddress")).out).toBe('"10.0.0.2"\n');
    expect((await world.run("eval", "containers.web.localAddress6")).out).toBe("null\n");
  });

  test("what is not there: the nearest that is", async () => {
    host(web);
    const { code, out, err } = await world.run("eval", "containers.wbe.path");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe("error[no-such-path]: there is no containers.wbe in the configuration\n  did you mean web?\n");
    expect((await world.run("eval", "containers.web.path.x")).code).toBe(1);
  });

  test("paths: names in quotes may have dots", async () => {
    expect(parsePath("")).toEqual([]);
    expect(parsePath('a.b-1."c.d".e')).toEqual(["a", "b-1", "c.d", "e"]);
    expect(parsePath('"say \\"x\\""')).toEqual(['say "x"']);
    for (const bad of [".", "a.", "a..b", '"a', 'a"b']) expect(() => parsePath(bad)).toThrow();
    expect((await world.run("eval", "a..b")).code).toBe(64);
  });
});

describe("compile", () => {
  test("as JSON: units with argument lists", async () => {
    host(web);
    const { code, out } = await world.run("compile", "--json");
    expect(code).toBe(0);
    const generation = JSON.parse(out);
    expect(Object.keys(generation.containers)).toEqual(["web"]);
    expect(generation.units["container@web.service"].Service.ExecStart[0].argv[0]).toMatch(/systemd-nspawn$/);
  });

  test("for people: every file with its path", async () => {
    host(web);
    const { out } = await world.run("compile");
    expect(out).toContain("# /etc/systemd/system/container@web.service\n# Made by stowage.");
    expect(out).toContain("# /etc/hosts\n10.0.0.2 web.containers\n");
  });

  test("where the store is elsewhere, paths name that place", async () => {
    host(web);
    expect((await world.run("--state-dir", "/elsewhere", "compile")).out).toContain("/elsewhere/containers/web");
  });
});

describe("plan", () => {
  test("everything is new: code 2, each step with its reason, nothing touched", async () => {
    host(web);
    const { code, out } = await world.run("plan");
    expect(code).toBe(2);
    expect(out).toMatch(/^container web \(isolated\)\n/);
    expect(out).toMatch(/start +container@web\.service +\(new\)/);
    expect(existsSync(`${world.directory}/state`)).toBe(false);
  });

  test("as JSON: the steps, in their order, with what they wait for", async () => {
    host(web);
    const { code, out } = await world.run("plan", "--json");
    expect(code).toBe(2);
    const plan = JSON.parse(out);
    expect(plan.current).toBeNull();
    const ids = plan.steps.map((step: { id: string }) => step.id);
    expect(ids).toContain("start-unit container@web.service");
    for (const [index, step] of plan.steps.entries()) {
      for (const id of step.after) expect(ids.indexOf(id)).toBeLessThan(index);
    }
  });

  test("no containers, no generation: nothing but the first generation is to be recorded", async () => {
    host("");
    const { out } = await world.run("plan", "--json");
    const kinds = JSON.parse(out).steps.map((step: { action: { do: string } }) => step.action.do);
    expect(kinds.filter((kind: string) => kind !== "record-generation")).toEqual([]);
  });
});

test("plan: a path that is no system is told with its place, and nothing is planned", async () => {
  for (const [path, why] of [
    ["/nonexistent/tree", "/nonexistent/tree does not exist"],
    [join(tree, "etc"), `${join(tree, "etc")} has no directory usr/`],
    [join(tree, "usr/sbin/init"), "is not a directory"],
    ["/nix/var/nonexistent", "/nix/var/nonexistent does not exist"],
  ] as const) {
    host(`    web: { path: ${JSON.stringify(path)} },`);
    const { code, out, err } = await world.run("plan");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("error[no-system-at-path]: container web has no system at its path: ");
    expect(err).toContain(why);
    expect(err).toMatch(/host\.ts:5:\d+/);
  }
});

test("build: a tree of the user's own needs nothing from us, and is what is printed", async () => {
  host(web);
  expect(await world.run("build")).toMatchObject({ code: 0, out: `${tree}\n` });
  expect(JSON.parse((await world.run("build", "--json")).out)).toEqual([
    { container: "web", system: tree, packages: null, built: false },
  ]);
});

test("switch on a machine without systemd says so and changes nothing", async () => {
  if (existsSync("/run/systemd/system")) return;
  host(web);
  const { code, err } = await world.run("switch");
  expect(code).toBe(1);
  expect(err).toContain("error[no-systemd]");
  expect(existsSync(`${world.directory}/state`)).toBe(false);
});

test("an import of a module beside it, and a warning of its own", async () => {
  mkdirSync(`${world.directory}/services`);
  writeFileSync(`${world.directory}/services/web.ts`, `export const tree = "/srv/other";\n`);
  writeFileSync(
    `${world.directory}/host.ts`,
    `import { tree } from "./services/web.ts";\nexport default { warnings: ["look out"], containers: { web: { path: tree } } };\n`,
  );
  const { code, out, err } = await world.run("eval", "containers.web.path");
  expect({ code, out }).toEqual({ code: 0, out: '"/srv/other"\n' });
  expect(err).toMatch(/^warning\[[a-z-]+\]: .*look out/);
});
