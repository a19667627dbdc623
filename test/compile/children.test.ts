/** Further systems of a container: what they are made of, and what each is told. */
import { describe, expect, test } from "vitest";
import { childrenOf, compile, everySystem, type Generation, requestsOf } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import { type Evaluation, evalModules, mkDefault } from "../../src/modules/index.ts";
import { type HostConfig, hostModule, type SystemConfig } from "../../src/options/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { ToplevelRecipe } from "../../src/systems/recipe.ts";
import { lock } from "./config.ts";

/** What stands in `config` of the container web. */
function evaluated(config: unknown): Evaluation<HostConfig> {
  const evaluation = evalModules({ modules: [hostModule, { containers: { web: { config } } }] });
  expect(evaluation.issues).toEqual([]);
  return evaluation as Evaluation as Evaluation<HostConfig>;
}

function generation(config: unknown, text?: string): Generation {
  const evaluation = evaluated(config);
  const more = { children: childrenOf(evaluation), ...(text !== undefined && { text }) };
  return compile(evaluation, lock, defaultLayout, "", undefined, more);
}

function systems(config: unknown, text?: string): { own: ToplevelRecipe; children: ToplevelRecipe[] } {
  const made = generation(config, text);
  const own = made.systems[made.containers.web?.system ?? ""];
  if (own?.kind !== "toplevel") throw new Error("no toplevel");
  return { own, children: own.children.map(({ toplevel }) => made.systems[toplevel] as ToplevelRecipe) };
}

const etc = (text: string) => ({ environment: { etc: { note: { text } } } });
const service = (command: string) => ({
  wantedBy: ["multi-user.target"],
  serviceConfig: { ExecStart: command },
});

describe("what they are made of", () => {
  test("nesting.children of their own, nesting.clone and specialisations of the parent's too, in this order", () => {
    const { own, children } = systems({
      ...etc("parent\n"),
      networking: { hostName: mkDefault("parent") },
      specialisation: {
        b: { configuration: { networking: { hostName: "b" } } },
        a: { inheritParentConfig: false, configuration: { networking: { hostName: "a" } } },
      },
      nesting: {
        children: [{ networking: { hostName: "one" } }],
        clone: [{ environment: { etc: { more: { text: "m" } } } }],
      },
    });
    expect(own.children.map(({ name }) => name)).toEqual([null, null, "a", "b"]);
    const has = children.map((one) => [one.etc.hostname?.text, one.etc.note?.text, one.configurationName]);
    expect(has).toEqual([
      ["one\n", undefined, ""],
      ["parent\n", "parent\n", ""],
      ["a\n", undefined, "a"],
      ["b\n", "parent\n", "b"],
    ]);
    for (const child of children) expect(child.children).toEqual([]);
  });
});

describe("how they are taken over in place", () => {
  test("an order there and an order back; what is the same is in neither", () => {
    const { own } = systems({
      systemd: { services: { same: service("/bin/a"), plain: service("/bin/b") } },
      specialisation: {
        debug: {
          configuration: ({ config }: { config: SystemConfig }) => ({
            systemd: {
              services: {
                tracer: service("/bin/c"),
                plain: { environment: { WITH: Object.keys(config.systemd.services).join(" ") } },
              },
            },
          }),
        },
      },
    });
    const verbs = (lines: readonly { verb: string; unit: string }[]) =>
      lines.map(({ verb, unit }) => `${verb} ${unit}`);
    const [debug] = own.children;
    expect(debug?.refuse).toBeNull();
    expect(verbs(debug?.to ?? [])).toEqual(["exchange plain.service", "start tracer.service"]);
    expect(verbs(debug?.back ?? [])).toEqual(["stop tracer.service", "exchange plain.service"]);
    expect(JSON.stringify(debug)).not.toContain("because");
  });
  test("not with other packages", () => {
    const { own } = systems({ nesting: { clone: [{ packages: ["nginx-light"] }] } });
    expect(own.children[0]?.refuse).toMatch(/^its packages changed: \+nginx-light /);
    expect(own.children[0]).toMatchObject({ to: [], back: [] });
  });
});

describe("a generation", () => {
  const config = { nesting: { clone: [{ packages: ["nginx-light"] }] } };

  test("has them before the system that they belong to, and their packages before all", () => {
    const kinds = Object.values(generation(config).systems).map((one) =>
      one.kind === "toplevel" ? one.children.length : one.kind,
    );
    expect(kinds).toEqual(["debian", "debian", 0, 1]);
  });
  test("asks for their packages too", () => {
    const evaluation = evaluated(config);
    const every = everySystem(evaluation.config, childrenOf(evaluation));
    expect(requestsOf(every).map(({ packages }) => packages)).toEqual([[], ["nginx-light"]]);
    expect(everySystem(evaluation.config, new Map())).toBe(evaluation.config);
  });
  test("is another one when only they change, or the text that is kept", () => {
    const id = (note: string) =>
      systems({ specialisation: { a: { configuration: etc(note) } } }).own.children[0]?.toplevel;
    expect(id("1")).not.toBe(id("2"));
    const kept = { system: { copySystemConfiguration: true } };
    expect(systems(kept, "text").own.configuration).toBe("text");
    expect(systems({}, "text").own.configuration).toBeNull();
  });
});

describe("mistakes", () => {
  const problems = (config: unknown) => {
    try {
      generation(config);
    } catch (error) {
      if (error instanceof StowageError) return error.problems.map(({ code, message }) => [code, message]);
      throw error;
    }
    return [];
  };
  test("of an evaluation name the further system", () => {
    const wrong = { configuration: { networking: { hostNam: "x" } } };
    expect(problems({ specialisation: { a: wrong } })).toMatchObject([
      ["unknown-option", expect.stringMatching(/^in specialisation\.a of container web: /)],
    ]);
  });
  test.each(["..", "a/b", "", "-x", "a b", "x".repeat(65)])("a name that is no file's: %j", (name) => {
    expect(problems({ specialisation: { [name]: {} } })).toEqual([
      ["bad-specialisation-name", `${JSON.stringify(name)} cannot be the name of a specialisation`],
    ]);
  });
  test("of what is compiled do too", () => {
    const wrong = { environment: { etc: { "a//b": { text: "" } } } };
    expect(problems({ nesting: { clone: [{}, wrong] } })).toEqual([
      ["bad-path", 'in nesting.clone[1] of container web: "a//b" is no path of a file below /etc'],
    ]);
  });
});

test("what a result is called: system.configurationName before the boot loader's", () => {
  const grub = { boot: { loader: { grub: { configurationName: "old" } } } };
  expect(systems(grub).own).toMatchObject({ configurationName: "old", version: "debian trixie", stateVersion: "1" });
  expect(systems({ ...grub, system: { configurationName: "new" } }).own.configurationName).toBe("new");
});

test("what of them is the host's to make is refused where it is not the container's own too", () => {
  const codes = (own: object, configuration: object): string[] => {
    try {
      const evaluation = evalModules({
        modules: [
          hostModule,
          {
            containers: { web: { privateNetwork: true, config: { ...own, specialisation: { s: { configuration } } } } },
          },
        ],
      });
      expect(evaluation.issues).toEqual([]);
      const host = evaluation as Evaluation as Evaluation<HostConfig>;
      void compile(host, lock, defaultLayout, "", undefined, { children: childrenOf(host) }).units;
      return [];
    } catch (error) {
      if (error instanceof StowageError) return error.problems.map(({ code, message }) => `${code}: ${message}`);
      throw error;
    }
  };
  const sysctl = (value: number) => ({ boot: { kernel: { sysctl: { "net.core.somaxconn": value } } } });
  const firewall = (port: number) => ({ networking: { firewall: { enable: true, allowedTCPPorts: [port] } } });
  const prefix = "network-of-further-system: in specialisation.s of container web: it has";
  expect(codes({}, sysctl(1))).toEqual([`${prefix} the kernel setting net/core/somaxconn`]);
  expect(codes(sysctl(1), {})).toEqual([]);
  expect(codes({}, firewall(80))).toEqual([`${prefix} another firewall`]);
  expect(codes(firewall(80), { environment: { variables: { A: "1" } } })).toEqual([]);
  expect(codes({}, { systemd: { automounts: [{ where: "/x" }] } })).toEqual([
    "automount-without-trust: in specialisation.s of container web: container web has automounts, and users of its own",
  ]);
});
