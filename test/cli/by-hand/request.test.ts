import { describe, expect, test } from "vitest";
import { written } from "../../../src/cli/by-hand/definition.ts";
import { type DefinitionFlags, definitionOf, type Given } from "../../../src/cli/by-hand/request.ts";
import { ownModules } from "../../../src/cli/evaluate.ts";
import { StowageError } from "../../../src/error.ts";

const given = (more: Partial<Given> = {}): Given => ({
  name: "web",
  modules: ownModules,
  absolute: (path) => `/home/user/${path}`.replace("/./", "/"),
  addresses: () => ({ hostAddress: "10.233.7.1", localAddress: "10.233.7.2" }),
  ...more,
});

const textOf = (flags: DefinitionFlags, more: Partial<Given> = {}): string =>
  written(definitionOf(flags, given(more))).text;

function refused(flags: DefinitionFlags, more: Partial<Given> = {}): string {
  try {
    textOf(flags, more);
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    const [problem] = error.problems;
    return `${error.exitCode} ${problem?.code}: ${problem?.message}; ${problem?.hint ?? ""}`;
  }
  throw new Error("it was not refused");
}

const network = { privateNetwork: true, hostAddress: "10.233.7.1", localAddress: "10.233.7.2" };
const optionsOf = (flags: DefinitionFlags) => definitionOf(flags, given()).options;

describe("definitions of containers by hand", () => {
  test("without any flags: a system with nothing in it, and a network of its own", () => {
    expect(
      textOf({}),
    ).toBe(`// Container web, made by hand. Edit this, then run \`stowage update web\`; or move it into host.ts.
import { defineHost } from "stowage";

export default defineHost({
  containers: {
    web: {
      privateNetwork: true,
      hostAddress: "10.233.7.1",
      localAddress: "10.233.7.2",
      config: {},
    },
  },
});
`);
  });

  test("the flags of nixos-container", () => {
    expect(optionsOf({ systemPath: "./result", autoStart: true })).toStrictEqual({
      autoStart: true,
      ...network,
      path: "/home/user/result",
    });
    expect(optionsOf({ flake: ".#web" })).toMatchObject({ flake: "/home/user/.#web" });
    expect(optionsOf({ flake: "github:example/hosts#web" })).toMatchObject({ flake: "github:example/hosts#web" });
    expect(optionsOf({ bridge: "br0" })).toStrictEqual({ privateNetwork: true, hostBridge: "br0", config: {} });
    expect(optionsOf({ hostAddress: "192.0.2.1", localAddress: "192.0.2.2" })).toMatchObject({
      hostAddress: "192.0.2.1",
      localAddress: "192.0.2.2",
    });
    expect(optionsOf({ port: ["8080:80", "udp:53", "tcp:1,2:3"] })).toMatchObject({
      forwardPorts: [
        { hostPort: 8080, containerPort: 80 },
        { protocol: "udp", hostPort: 53 },
        { hostPort: 1 },
        { hostPort: 2, containerPort: 3 },
      ],
    });
  });

  test.each<[DefinitionFlags, RegExp]>([
    [{ nixosPath: "/x" }, /^64 bad-usage: --nixos-path: there is no nixpkgs/],
    [{ config: "{}", configFile: "x.ts" }, /^64 bad-usage: --config and --config-file say different things/],
    [{ systemPath: "/x", flake: "x" }, /^64 bad-usage: --system-path and --flake/],
    [{ addressPool: "10.99.1" }, /^64 bad-usage: --address-pool: "10.99.1" is not the first two numbers/],
    [{ addressPool: "10.99", bridge: "br0" }, /^64 bad-usage: --address-pool: no addresses are chosen/],
    [{ addressPool: "10.99", set: ["privateNetwork=false"] }, /^64 bad-usage: --address-pool: no addresses are chosen/],
    [{ addressPool: "10.99", image: "x" }, /^64 bad-usage: --address-pool is for containers with a system/],
    [{ hostAddress: "192.0.2.1" }, /^64 bad-usage: --host-address needs --local-address/],
    [{ localAddress: "192.0.2.1" }, /^64 bad-usage: --local-address needs --host-address/],
    [{ hostAddress: "192.0.2.1", bridge: "br0" }, /^64 bad-usage: --host-address: with --bridge/],
    [{ image: "x", bridge: "br0" }, /^64 bad-usage: --bridge is for containers with a system/],
    [{ env: ["A=b"] }, /^64 bad-usage: --env is for OCI containers/],
    [{ command: ["ls"] }, /^64 bad-usage: a command can be given to an OCI container/],
    [{ port: ["0"] }, /^64 bad-usage: --port 0: expected \[tcp\|udp:\]HOST/],
    [{ port: ["8080:80:80"] }, /^64 bad-usage: --port/],
    [{ image: "x", env: ["=b"] }, /^64 bad-usage: --env =b: expected NAME=value/],
    [{ config: "services.nginx.enable = true;" }, /^1 syntax-error/],
    [{ config: "{}) ; evil(); ({" }, /^1 syntax-error/],
    [{ config: "}}), evil(), ({a: {" }, /^1 syntax-error/],
    [{ config: "{}, x: {}" }, /^1 syntax-error/],
    [{ config: "1" }, /^1 syntax-error/],
    [{ config: "host.ts" }, /^1 syntax-error/],
  ])("refused: %j", (flags, words) => {
    expect(refused(flags)).toMatch(words);
  });

  test("--config with and without braces, over lines, with comments, as a function", () => {
    expect(optionsOf({ config: 'packages: ["curl"]' }).config).toMatchObject({ text: '{ packages: ["curl"] }' });
    expect(optionsOf({ config: ' {packages: ["curl"]}\n' }).config).toMatchObject({ text: '{packages: ["curl"]}' });
    expect(optionsOf({ config: "a: 1, // x" }).config).toMatchObject({ text: "{ a: 1, // x\n}" });
    expect(optionsOf({ config: "({ lib }) => ({ a: lib.x })" }).config).toMatchObject({
      text: "({ lib }) => ({ a: lib.x })",
    });
    expect(optionsOf({ config: "" }).config).toMatchObject({ text: "{}" });
  });

  test("an OCI container", () => {
    expect(
      optionsOf({
        image: "docker.io/library/nginx:1",
        port: ["8080:80", "udp:53", "127.0.0.1:1:2"],
        env: ["A=b=c"],
        volume: ["data:/data"],
        command: ["nginx", "-g", ""],
      }),
    ).toStrictEqual({
      image: "docker.io/library/nginx:1",
      autoStart: false,
      ports: ["8080:80", "53:53/udp", "127.0.0.1:1:2"],
      environment: { A: "b=c" },
      cmd: ["nginx", "-g", ""],
      volumes: ["data:/data"],
    });
  });

  test("a place in the definition is one of what was given", () => {
    const one = written(definitionOf({ config: "{\n  packages: [7],\n}" }, given()));
    const line = one.text.split("\n").findIndex((text) => text.includes("packages")) + 1;
    expect(one.placeOf(line, 14)).toStrictEqual({ file: "--config", line: 2, column: 14 });
    expect(one.placeOf(line - 1, 15)).toStrictEqual({ file: "--config", line: 1, column: 1 });
    expect(one.placeOf(1, 1)).toBeNull();
  });
});

describe("--config-file", () => {
  const file = (text: string) => ({ file: { text, shown: "conf/web.ts", path: "/srv/conf/web.ts" } });

  test("its statements stand in the definition, with imports by absolute paths", () => {
    const text = `// Web server.
import { ports } from "./ports.ts";
import type { X } from "../x.ts";
import lib from "some-package";
export default {
  packages: ["nginx-light"],
  x: [ports, lib, import.meta.dirname, import("./later.ts")] as X,
};
`;
    expect(
      textOf({ configFile: "conf/web.ts" }, file(text)),
    ).toBe(`// Container web, made by hand. Edit this, then run \`stowage update web\`; or move it into host.ts.
import { defineHost } from "stowage";

// Begin of what --config-file gave: the next --config-file replaces it.
// Web server.
import { ports } from "/srv/conf/ports.ts";
import type { X } from "/srv/x.ts";
import lib from "some-package";
const config = {
  packages: ["nginx-light"],
  x: [ports, lib, "/srv/conf", import("/srv/conf/later.ts")] as X,
};
// End of what --config-file gave.

export default defineHost({
  containers: {
    web: {
      privateNetwork: true,
      hostAddress: "10.233.7.1",
      localAddress: "10.233.7.2",
      config: config,
    },
  },
});
`);
  });

  test("names that it has already are left to it", () => {
    const text = 'import { defineHost, config } from "stowage";\nexport default { a: config, b: defineHost };';
    const made = textOf({ configFile: "x" }, file(text));
    expect(made).toContain('import { defineHost as defineHost2 } from "stowage";');
    expect(made).toContain("const config2 = { a: config");
    expect(made).toContain("config: config2,");
    expect(made).toContain("export default defineHost2({");
  });

  test("without a default export, or wrong", () => {
    expect(refused({ configFile: "x" }, file("export const a = 1;"))).toMatch(/^1 no-default-export: conf\/web.ts has/);
    expect(refused({ configFile: "x" }, file("export default {"))).toMatch(/^1 syntax-error/);
  });
});

describe("--set", () => {
  const set = (...settings: string[]) => optionsOf({ set: settings });

  test.each<[string[], object]>([
    [["autoStart=true"], { autoStart: true }],
    [["ephemeral=false"], { ephemeral: false }],
    [["timeoutStartSec=5min"], { timeoutStartSec: "5min" }],
    [["config.packages=curl", "config.packages=jq"], { config: { packages: ["curl", "jq"] } }],
    [['config.packages=["curl","jq"]'], { config: { packages: ["curl", "jq"] } }],
    [["config.services.nginx.enable=true"], { config: { services: { nginx: { enable: true } } } }],
    [['forwardPorts=[{"hostPort":80}]'], { forwardPorts: [{ hostPort: 80 }] }],
    [
      ["forwardPorts.0.hostPort=80", "forwardPorts.0.containerPort=81"],
      { forwardPorts: [{ hostPort: 80, containerPort: 81 }] },
    ],
    [['bindMounts."/srv/a.b=c".hostPath=/x=y'], { bindMounts: { "/srv/a.b=c": { hostPath: "/x=y" } } }],
    [["config.services.redis.servers.0.port=7"], { config: { services: { redis: { servers: { 0: { port: 7 } } } } } }],
    [["path=null"], { path: null }],
    [["config.environment.variables.A=7"], {}],
  ])("%j", (settings, expected) => {
    expect(set(...settings)).toMatchObject(expected);
  });

  test("beside --config: as a further module", () => {
    const text = textOf({ config: 'packages: ["curl"]', set: ["config.packages=jq"] });
    expect(text).toMatch(
      /config: \{\n\s+imports: \[\n\s+\{ packages: \["curl"\] \},\n\s+\],\n\s+packages: \["jq"\],\n/,
    );
  });

  test("who says something of the network says all of it", () => {
    expect(set("privateNetwork=false")).toStrictEqual({ privateNetwork: false, config: {} });
    expect(set("privateNetwork=true")).toStrictEqual({
      hostAddress: "10.233.7.1",
      localAddress: "10.233.7.2",
      config: {},
      privateNetwork: true,
    });
    expect(set("hostAddress6=fd00::1")).toStrictEqual({ config: {}, hostAddress6: "fd00::1" });
  });

  test.each<[string[], RegExp]>([
    [["autoStrat=true"], /^64 unknown-option: --set autoStrat: there is no option autoStrat; did you mean autoStart\?/],
    [["config.servces.nginx.enable=true"], /there is no option config.servces; did you mean config.services\?/],
    [["autoStart=yes"], /^64 wrong-type: --set autoStart: "yes" is not a boolean; write true or false/],
    [["autoStart"], /^64 bad-setting: --set autoStart: expected PATH=VALUE/],
    [["=x"], /^64 bad-setting/],
    [["config.services=x"], /is a group of options/],
    [["autoStart=true", "autoStart=true"], /^64 given-twice: --set autoStart/],
    [["forwardPorts=80"], /^64 wrong-type: --set forwardPorts: .*JSON/],
    [["forwardPorts.1.hostPort=80"], /^64 bad-setting: .*the list has 0 elements so far/],
    [["forwardPorts.x.hostPort=80"], /^64 unknown-option/],
    [["a..b=1"], /^64 bad-path/],
  ])("refused: %j", (settings, words) => {
    expect(refused({ set: settings })).toMatch(words);
  });

  test("twice, once as a flag", () => {
    expect(refused({ set: ["autoStart=false"], autoStart: true })).toMatch(/^64 given-twice/);
  });
});
