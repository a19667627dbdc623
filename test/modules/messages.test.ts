/** Wrong configurations and what people are told, word for word. Places come as the loader gives them. */
import { beforeEach, describe, expect, test } from "vitest";
import {
  evalModules,
  lib,
  mkDefault,
  mkForce,
  mkIf,
  mkOption,
  mkRemovedOptionModule,
  mkRenamedOptionModule,
  renderProblem,
  types,
} from "../../src/modules/index.ts";
import { recordModule, recordObject } from "../../src/modules/place.ts";
import { int, type Loose, str } from "./case.ts";

let line: number;
beforeEach(() => {
  line = 0;
});

/** An object literal as if it stood in host.ts, each in a line of its own, its keys in columns 1, 2, … */
function at<T extends object>(object: T, file = "host.ts"): T {
  line++;
  recordObject(
    object,
    file,
    Object.keys(object).flatMap((key, index) => [key, line, index + 1]),
    [],
  );
  return object;
}

const container = types.submodule({
  options: {
    image: mkOption({ type: types.str }),
    autoStart: mkOption({ type: types.bool, default: false }),
    memory: mkOption({ type: types.nullOr(types.size), default: null }),
    restart: mkOption({ type: types.enum("always", "no"), default: "no" }),
    ports: mkOption({ type: types.listOf(types.port), default: [] }),
    env: mkOption({ type: types.attrsOf(types.str), default: {} }),
    address: mkOption({ type: types.nullOr(types.ipv4Address), default: null }),
    link: mkOption({ type: types.nullOr(types.interfaceName), default: null }),
    caps: mkOption({ type: types.listOf(types.capability), default: [] }),
    password: mkOption({ type: types.sensitive(types.int), default: 0 }),
    secrets: mkOption({ type: types.attrsOf(types.sensitive(types.int)), default: {} }),
  },
});
const host = {
  options: { containers: mkOption({ type: types.attrsOf(container), default: {} }), networking: { hostName: str("") } },
};
const web = (definitions: object) => at({ containers: at({ web: at(definitions) }) });

const messages: readonly (readonly [name: string, modules: () => readonly Loose[], expected: string])[] = [
  [
    "a name in other letters",
    () => [web({ autostart: true })],
    "error[unknown-option]: containers.web.autostart does not exist\n  at host.ts:1:1\n  did you mean autoStart?",
  ],
  [
    "a letter is missing",
    () => [web({ restrt: "no" })],
    "error[unknown-option]: containers.web.restrt does not exist\n  at host.ts:1:1\n  did you mean restart?",
  ],
  [
    "two letters are swapped",
    () => [web({ imgae: "x" })],
    "error[unknown-option]: containers.web.imgae does not exist\n  at host.ts:1:1\n  did you mean image?",
  ],
  [
    "a name like no other",
    () => [at({ nonsense: 1 })],
    "error[unknown-option]: nonsense does not exist\n  at host.ts:1:1\n  there is: containers, networking",
  ],
  [
    "in a group",
    () => [at({ networking: at({ hostname: "x" }) })],
    "error[unknown-option]: networking.hostname does not exist\n  at host.ts:1:1\n  did you mean hostName?",
  ],
  [
    "the second key of a line",
    () => [web({ image: "x", autostart: true })],
    "error[unknown-option]: containers.web.autostart does not exist\n  at host.ts:1:2\n  did you mean autoStart?",
  ],
  [
    "below mkIf",
    () => [mkIf(true, web({ autostart: true }) as Loose)],
    "error[unknown-option]: containers.web.autostart does not exist\n  at host.ts:1:1\n  did you mean autoStart?",
  ],
  [
    "a wrong type",
    () => [web({ autoStart: "yes" })],
    'error[wrong-type]: containers.web.autoStart must be boolean\n  "yes" at host.ts:1:1',
  ],
  [
    "a wrong word",
    () => [web({ restart: "sometimes" })],
    'error[wrong-type]: containers.web.restart must be one of "always", "no"\n  "sometimes" at host.ts:1:1',
  ],
  [
    "a wrong type in mkForce",
    () => [web({ autoStart: mkForce("yes" as Loose) })],
    'error[wrong-type]: containers.web.autoStart must be boolean\n  "yes" at host.ts:1:1 (priority 50)',
  ],
  [
    "a wrong type in two modules",
    () => [web({ autoStart: 1 }), web({ autoStart: 0 })],
    "error[wrong-type]: containers.web.autoStart must be boolean\n  1 at host.ts:1:1\n  0 at host.ts:4:1",
  ],
  [
    "an element of a list",
    () => [web({ ports: [80, "443"] })],
    'error[wrong-type]: containers.web.ports[1] must be integer between 0 and 65535\n  "443" at host.ts:1:1',
  ],
  [
    "not a list",
    () => [web({ ports: 80 })],
    "error[wrong-type]: containers.web.ports must be list of integer between 0 and 65535\n  80 at host.ts:1:1",
  ],
  [
    "an attribute",
    () => [web({ env: at({ A: 1 }) })],
    "error[wrong-type]: containers.web.env.A must be string\n  1 at host.ts:1:1",
  ],
  [
    "an attribute that needs quotes",
    () => [web({ env: at({ "a b": 1 }) })],
    'error[wrong-type]: containers.web.env."a b" must be string\n  1 at host.ts:1:1',
  ],
  [
    "a list where attributes are",
    () => [web({ env: ["A=1"] })],
    'error[wrong-type]: containers.web.env must be attribute set of strings\n  ["A=1"] at host.ts:1:1',
  ],
  [
    "a size in other units",
    () => [web({ memory: "512MB" })],
    'error[wrong-type]: containers.web.memory must be null or size such as 512M\n  "512MB" at host.ts:1:1\n  write 512M',
  ],
  [
    "an address with a prefix length",
    () => [web({ address: "10.0.0.1/24" })],
    'error[wrong-type]: containers.web.address must be null or IPv4 address\n  "10.0.0.1/24" at host.ts:1:1\n  no prefix length here: write the address alone',
  ],
  [
    "a name that is too long",
    () => [web({ link: "very-long-interface" })],
    'error[wrong-type]: containers.web.link must be null or network interface name of at most 15 characters\n  "very-long-interface" at host.ts:1:1\n  it has 19 characters',
  ],
  [
    "a capability without CAP_",
    () => [web({ caps: ["net_admin"] })],
    'error[wrong-type]: containers.web.caps[0] must be capability such as CAP_NET_ADMIN\n  "net_admin" at host.ts:1:1\n  write CAP_NET_ADMIN',
  ],
  [
    "a container that is no object",
    () => [at({ containers: at({ web: "nginx" }) })],
    'error[wrong-type]: containers.web must be submodule\n  "nginx" at host.ts:1:1',
  ],
  [
    "a group that is no object",
    () => [at({ networking: "x" })],
    'error[wrong-type]: networking must be an object of definitions, this is "x"\n  at host.ts:1:1',
  ],
  [
    "a secret of a wrong type is not shown",
    () => [web({ password: "hunter2" })],
    "error[wrong-type]: containers.web.password must be integer\n  a secret at host.ts:1:1",
  ],
  [
    "nor are secrets in attributes",
    () => [web({ secrets: at({ a: "hunter2" }) })],
    "error[wrong-type]: containers.web.secrets.a must be integer\n  a secret at host.ts:1:1",
  ],
  [
    "nor if they stand for the attributes",
    () => [web({ secrets: "hunter2" })],
    "error[wrong-type]: containers.web.secrets must be attribute set of integers\n  a secret at host.ts:1:1",
  ],
  [
    "a conflict",
    () => [web({ restart: "always" }), web({ restart: "no" })],
    'error[conflict]: containers.web.restart has different definitions of the same priority\n  "always" at host.ts:1:1\n  "no" at host.ts:4:1\n  keep one, or give one of them mkForce or mkDefault',
  ],
  [
    "a conflict of two mkDefault",
    () => [web({ restart: mkDefault("always") }), web({ restart: mkDefault("no") })],
    'error[conflict]: containers.web.restart has different definitions of the same priority\n  "always" at host.ts:1:1 (priority 1000)\n  "no" at host.ts:4:1 (priority 1000)\n  keep one, or give one of them mkForce or mkDefault',
  ],
  [
    "null and something",
    () => [web({ memory: null }), web({ memory: "1G" })],
    'error[conflict]: containers.web.memory is defined as null and as something else\n  null at host.ts:1:1\n  "1G" at host.ts:4:1\n  keep one, or give one of them mkForce or mkDefault',
  ],
  [
    "a long value is cut",
    () => [web({ autoStart: "x".repeat(100) })],
    `error[wrong-type]: containers.web.autoStart must be boolean\n  "${"x".repeat(58)}… at host.ts:1:1`,
  ],
  [
    "a condition that is no boolean",
    () => [mkIf("yes" as Loose, at({ networking: {} }) as Loose)],
    'error[bad-condition]: what the module returns has an mkIf whose condition is "yes", not a boolean\n  compare it, or put !! before it',
  ],
  [
    "a file without places",
    () => [named({ nonsense: 1 }, "net.ts")],
    "error[unknown-option]: nonsense does not exist\n  in net.ts\n  there is: containers, networking",
  ],
  [
    "a definition without a place",
    () => [named({ networking: { hostName: 5 } }, "net.ts")],
    "error[wrong-type]: networking.hostName must be string\n  5 in net.ts",
  ],
  [
    "an option that depends on itself",
    () => [({ config }: Loose) => at({ networking: at({ hostName: `${config.networking.hostName}x` }) })],
    "error[cycle]: networking.hostName depends on itself\n  at host.ts:N:1\n  networking.hostName is computed from networking.hostName\n  define one of them without reading the others",
  ],
  [
    "two that depend on each other",
    () => [
      { options: { a: int(0), b: int(0) } },
      ({ config }: Loose) => ({ a: config.b }),
      ({ config }: Loose) => ({ b: config.a }),
    ],
    "error[cycle]: a depends on itself\n  a is computed from b\n  b is computed from a\n  define one of them without reading the others",
  ],
  [
    "a module that throws",
    () => [
      named(() => {
        throw new Error("no luck");
      }, "net.ts"),
    ],
    "error[module-error]: a module failed: no luck\n  in net.ts",
  ],
  [
    "an argument that nobody gives",
    () => [({ pkgs }: Loose) => ({ networking: { hostName: pkgs.x } })],
    "error[module-error]: a module failed: Cannot read properties of undefined (reading 'x')\n  it asks for pkgs, which neither specialArgs nor _module.args gives",
  ],
  [
    "a typing mistake in config",
    () => [({ config }: Loose) => ({ networking: { hostName: config.networking.hostname } })],
    "error[module-error]: a module failed: config has no option networking.hostname; did you mean hostName?",
  ],
  [
    "a value that is not there",
    () => [{ options: { a: int(), b: int(0) } }, ({ config }: Loose) => ({ b: config.a })],
    "error[undefined-option]: a has neither a definition nor a default",
  ],
  [
    "a second definition of a read-only option",
    () => [{ options: { v: mkOption({ type: types.int, readOnly: true }) } }, at({ v: 1 }), at({ v: 2 })],
    "error[read-only]: v is read-only and has more than one definition\n  1 at host.ts:1:1\n  2 at host.ts:2:1",
  ],
  [
    "an option of two types",
    () => [{ options: { a: int(0) } }, { options: { a: str("") } }],
    "error[bad-declaration]: a is declared twice, as integer and as string",
  ],
  [
    "a path as a module",
    () => [at({ imports: ["./web.ts"] })],
    'error[bad-module]: a module is given as a path, "./web.ts"\n  import it and give what it exports: import web from "./web.ts"',
  ],
  [
    "definitions beside config",
    () => [at({ config: {}, networking: {} })],
    "error[bad-module]: a module cannot have the attribute networking\n  at host.ts:1:2\n  a module with `options` or `config` has its definitions below `config`",
  ],
  [
    "an option that is removed",
    () => [mkRemovedOptionModule(["docker"], "write containers.<name>.image"), at({ docker: 1 })],
    "error[removed-option]: docker no longer exists\n  at host.ts:1:1\n  write containers.<name>.image",
  ],
  [
    "a failed assertion",
    () => [
      {
        options: {
          assertions: lib.mkOption({
            type: types.listOf(
              types.submodule({ options: { assertion: lib.mkOption({ type: types.bool }), message: str() } }),
            ),
            default: [],
          }),
        },
      },
      at({ assertions: [at({ assertion: false, message: "web needs a network" })] }),
    ],
    "error[assertion]: web needs a network\n  at host.ts:1:1",
  ],
];

function named<T extends object>(module: T, file: string): T {
  recordModule(module, file);
  return module;
}

describe("what people are told", () => {
  test.each(messages)("%s", (_name, modules, expected) => {
    const given = modules();
    const { issues } = evalModules({ modules: [host, ...given] });
    const text = issues.map((issue) => renderProblem(issue)).join("\n");
    // A module function makes its literals anew in each run.
    expect(expected.includes("host.ts:N") ? text.replace(/host\.ts:\d+/, "host.ts:N") : text).toBe(expected);
  });

  test("a function of an option or a type that throws", () => {
    const fail = (): never => {
      throw new Error("no luck");
    };
    const options = {
      a: mkOption({ type: types.int, apply: fail }),
      b: mkOption({ type: types.coercedTo(types.str, fail, types.int) }),
      c: mkOption({
        type: types.attrsOf(
          types.submodule({ options: { d: mkOption({ type: types.int, default: 1, apply: fail }) } }),
        ),
      }),
    };
    const { issues } = evalModules({ modules: [{ options }, { a: 1, b: "x", c: { e: {} } }] });
    expect(issues.map((issue) => renderProblem(issue))).toEqual([
      "error[apply-error]: a cannot be applied: no luck\n  1",
      'error[type-error]: b cannot be merged: no luck\n  "x"',
      "error[apply-error]: c.e.d cannot be applied: no luck\n  1 in default of the option",
    ]);
  });

  test("a promise in place of a module", () => {
    const { issues } = evalModules({ modules: [Promise.resolve({})] });
    expect(issues[0]?.message).toBe("a module must be an object or a function, this is a Promise");
  });

  test("a warning", () => {
    const { warnings } = evalModules({
      modules: [host, mkRenamedOptionModule(["hostName"], ["networking", "hostName"]), at({ hostName: "x" })],
    });
    expect(warnings.map((warning) => renderProblem(warning, "warning"))).toEqual([
      "warning[deprecated-option]: hostName is now called networking.hostName\n  at host.ts:1:1",
    ]);
  });

  test("all problems of a run, in the order of the file", () => {
    const { issues } = evalModules({
      modules: [host, web({ restart: "x", autostart: true }), at({ networking: at({ hostName: 5 }) })],
    });
    expect(issues.map((issue) => issue.code)).toEqual(["wrong-type", "unknown-option", "wrong-type"]);
  });

  test("a prefix is put before every path", () => {
    const { issues } = evalModules({ modules: [host, { nonsense: 1 }], prefix: ["lab"] });
    expect(issues[0]).toMatchObject({ option: ["lab", "nonsense"], message: "lab.nonsense does not exist" });
  });

  test("check: false lets unknown options pass", () => {
    expect(evalModules({ modules: [host, { nonsense: 1 }], check: false }).issues).toEqual([]);
  });

  test("a value with a problem throws where it is read", () => {
    const { config } = evalModules({ modules: [host, web({ autoStart: "yes" })] }) as Loose;
    expect(() => config.containers.web.autoStart).toThrow("containers.web.autoStart must be boolean");
    expect(() => config.containers.web.image).toThrow("has neither a definition nor a default");
    expect(config.containers.web.restart).toBe("no");
  });
});
