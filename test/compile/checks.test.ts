import { describe, expect, test } from "vitest";
import { compileConfig, warningsOf } from "../../src/compile/index.ts";
import { type Problem, StowageError } from "../../src/error.ts";
import { hostInterface } from "../../src/network/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "./config.ts";

/** Every option has a place of its own: its path in the file's name. */
const placesOf = (path: readonly string[]) => [{ file: path.join("."), line: 1, column: 1 }];

function problemsOf(containers: Record<string, ShortContainer>): readonly Problem[] {
  try {
    compileConfig(hostConfig(containers), lock, defaultLayout, placesOf);
    return [];
  } catch (error) {
    if (error instanceof StowageError) return error.problems;
    throw error;
  }
}
const summary = (containers: Record<string, ShortContainer>) =>
  problemsOf(containers).map(({ code, message, places }) => [
    code,
    message,
    ...(places ?? []).map((place) => place.file),
  ]);

const net = (host: string, local: string): ShortContainer => ({
  privateNetwork: true,
  hostAddress: host,
  localAddress: local,
});

describe("names", () => {
  test.each(["a_b", "-a", "a-", "a.b", "ü", "", "a".repeat(64)])("%j is refused", (name) => {
    expect(problemsOf({ [name]: {} }).map((problem) => problem.code)).toEqual(["bad-container-name"]);
  });
  test.each(["a", "a-b", "A1", "a".repeat(63)])("%j is fine", (name) => {
    expect(problemsOf({ [name]: {} })).toEqual([]);
  });
});

test("path and config: both places", () => {
  expect(summary({ web: { path: "/srv/tree", config: {} } })).toEqual([
    ["path-and-config", "container web has both a config and a path", "containers.web.config", "containers.web.path"],
  ]);
});

test("neither", () => {
  expect(summary({ web: { config: null } })).toEqual([
    ["no-system", "container web has neither a config nor a path nor a flake", "containers.web"],
  ]);
});

test("an address without a network", () => {
  expect(summary({ web: { localAddress: "10.0.0.2", localAddress6: "fd00::2" } })).toEqual([
    [
      "address-without-network",
      "container web has localAddress and localAddress6, but shares the host's network",
      "containers.web.localAddress",
      "containers.web.localAddress6",
    ],
  ]);
});

test("a host's end without the other", () => {
  expect(summary({ web: { privateNetwork: true, hostAddress6: "fd00::1" } })).toEqual([
    ["host-address-alone", "container web has hostAddress6 without localAddress6", "containers.web.hostAddress6"],
  ]);
});

test.each<[string, ShortContainer, string]>([
  ["without a network", {}, "container web forwards ports, but shares the host's network"],
  ["without an address", { privateNetwork: true }, "container web forwards ports, but has no address of its own"],
])("forwarded ports %s", (_, container, message) => {
  expect(summary({ web: { ...container, forwardPorts: [{ hostPort: 80 }] } })).toEqual([
    ["port-without-address", message, "containers.web.forwardPorts"],
  ]);
});

describe("two containers", () => {
  test("with one address, however it is written", () => {
    expect(summary({ a: net("10.0.0.1", "10.0.0.2"), b: net("10.0.1.1", "10.0.0.2/24") })).toEqual([
      [
        "address-clash",
        "10.0.0.2 is the address of containers.a.localAddress and of containers.b.localAddress",
        "containers.a.localAddress",
        "containers.b.localAddress",
      ],
    ]);
  });

  test("where one's address is the other's gateway, or its own", () => {
    const codes = (containers: Record<string, ShortContainer>) => problemsOf(containers).map(({ code }) => code);
    expect(codes({ a: net("10.0.0.1", "10.0.0.2"), b: net("10.0.0.2", "10.0.1.2") })).toEqual(["address-clash"]);
    expect(codes({ a: net("10.0.0.1", "10.0.0.1") })).toEqual(["address-clash"]);
  });

  test("may have one host address: each link has its own route", () => {
    expect(problemsOf({ a: net("10.0.0.1", "10.0.0.2"), b: net("10.0.0.1", "10.0.0.3") })).toEqual([]);
  });

  test("with one port of the host", () => {
    const [a, b] = [net("10.0.0.1", "10.0.0.2"), net("10.0.0.1", "10.0.0.3")];
    const forwardPorts = [{ hostPort: 80 }];
    expect(summary({ a: { ...a, forwardPorts }, b: { ...b, forwardPorts } })).toEqual([
      [
        "port-clash",
        "port 80/tcp of the host is forwarded to container a and to container b",
        "containers.a.forwardPorts",
        "containers.b.forwardPorts",
      ],
    ]);
    const udp = [{ hostPort: 80, protocol: "udp" as const }];
    expect(problemsOf({ a: { ...a, forwardPorts }, b: { ...b, forwardPorts: udp } })).toEqual([]);
  });

  test("whose shortened interfaces are one", () => {
    const [a, b] = clashingNames();
    expect(problemsOf({ [a]: { privateNetwork: true }, [b]: { privateNetwork: true } })).toMatchObject([
      { code: "interface-clash" },
    ]);
  });
});

test("one container with one port twice", () => {
  const forwardPorts = [{ hostPort: 80 }, { hostPort: 80, containerPort: 81 }];
  expect(summary({ a: { ...net("10.0.0.1", "10.0.0.2"), forwardPorts } })).toEqual([
    ["port-clash", "container a forwards port 80/tcp of the host twice", "containers.a.forwardPorts"],
  ]);
});

test("two bind mounts at one place, and one at a place that is taken", () => {
  expect(summary({ web: { bindMounts: { "/data": {}, other: { mountPoint: "/data/" }, "/usr": {} } } })).toEqual([
    [
      "mount-clash",
      "container web has two mounts at /data",
      "containers.web.bindMounts./data",
      "containers.web.bindMounts.other",
    ],
    ["reserved-mount", "container web cannot have a bind mount at /usr", "containers.web.bindMounts./usr"],
  ]);
});

test("inside: two commands, unfit text, bad names of variables, bad paths", () => {
  const config = {
    services: {
      a: { script: "true", serviceConfig: { ExecStart: "/bin/true" } },
      b: { serviceConfig: { ExecStart: "/bin/a\nExecStopPost=/bin/b" } },
      c: { script: "true", environment: { "A B": "c" } },
    },
    etc: { "../shadow": {}, nginx: {}, "nginx/site": {} },
    variables: { A: "has # in it" },
  };
  expect(summary({ web: { config } }).map(([code, , ...places]) => [code, ...places])).toEqual([
    ["bad-path", "containers.web.config.environment.etc.../shadow"],
    ["path-clash", "containers.web.config.environment.etc.nginx/site", "containers.web.config.environment.etc.nginx"],
    ["unfit-text", "containers.web.config.environment"],
    [
      "two-commands",
      "containers.web.config.systemd.services.a.script",
      "containers.web.config.systemd.services.a.serviceConfig",
    ],
    ["unfit-text", "containers.web.config.systemd.services.b"],
    ["bad-variable-name", "containers.web.config.systemd.services.c"],
  ]);
});

describe("bind mounts", () => {
  const codes = (bindMounts: NonNullable<ShortContainer["bindMounts"]>) =>
    problemsOf({ web: { bindMounts } }).map(({ code, details }) => [code, ...(details ?? [])]);

  test.each(["/a/../b", "/a//b", "/a/./b", "/..", "//"])("%j is no plain path, inside or on the host", (path) => {
    const bad = ["bad-path", "it begins with `/`, and has no empty parts, `.` or `..`"];
    expect(codes({ [path]: {} })).toEqual([bad]);
    expect(codes({ "/a": { hostPath: path } })).toEqual([bad]);
  });

  test.each(["/", "/usr/", "/usr/share/x", "/run", "/run/declared/current", "/proc", "/sys", "/dev"])(
    "%s is taken, and it is said by what",
    (path) => {
      expect(codes({ [path]: {} })).toEqual([["reserved-mount", expect.stringContaining(" there")]]);
    },
  );

  test("elsewhere they are fine", () => {
    expect(codes({ "/srv/a..b": { hostPath: "/" }, "/run/x": {}, "/usrx": {}, "/dev/kvm": {} })).toEqual([]);
  });
});

test("names of services", () => {
  const services = Object.fromEntries(["a b", "ü", "", "nginx.service", "getty@tty1", "a.b"].map((name) => [name, {}]));
  expect(problemsOf({ web: { config: { services } } }).map(({ message, hint }) => [message, hint])).toEqual([
    ['"a b" cannot be the name of a service', undefined],
    ['"ü" cannot be the name of a service', undefined],
    ['"" cannot be the name of a service', undefined],
    ['"nginx.service" cannot be the name of a service', "write it without .service: nginx"],
  ]);
});

test("a bad path below /etc is one problem, whatever else is there", () => {
  expect(summary({ web: { config: { etc: { "": {}, nginx: {}, "a/b": {} } } } }).map(([code]) => code)).toEqual([
    "bad-path",
  ]);
});

test("packages that the lock lacks", () => {
  expect(problemsOf({ web: { config: { packages: ["redis"] } } })).toMatchObject([
    { code: "not-locked", details: ["trixie: redis"], hint: "run `stowage build`" },
  ]);
});

test("all problems at once", () => {
  expect(problemsOf({ a_b: { config: null }, b: { localAddress: "10.0.0.2" } })).toHaveLength(3);
});

test("a name that is a top-level domain is a warning", () => {
  expect(warningsOf(hostConfig({ dev: {}, PG: {}, web: {} })).map(({ code, message }) => [code, message])).toEqual([
    ["name-is-domain", "container dev is named like a top-level domain"],
    ["name-is-domain", "container PG is named like a top-level domain"],
  ]);
});

/** Two names of one beginning whose hashes are equal in 30 bits; some 40000 tries find them. */
function clashingNames(): [string, string] {
  const seen = new Map<string, string>();
  for (let at = 0; ; at++) {
    const name = `container-${at}`;
    const short = hostInterface(name).name;
    const other = seen.get(short);
    if (other !== undefined) return [other, name];
    seen.set(short, name);
  }
}
