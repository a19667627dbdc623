import { expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { type Problem, StowageError } from "../../src/error.ts";
import { hostInterface } from "../../src/network/index.ts";
import type { HostConfig } from "../../src/options/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { render } from "../../src/units/index.ts";
import { hostConfig, lock, type ShortContainer } from "./config.ts";

type Bridge = HostConfig["networking"]["bridges"][string];

function configOf(
  bridges: Readonly<Record<string, Partial<Bridge>>>,
  containers: Record<string, ShortContainer> = {},
): HostConfig {
  const full = Object.entries(bridges).map(([name, bridge]) => [
    name,
    { interfaces: [], rstp: false, addresses: [], ...bridge },
  ]);
  const config = hostConfig(containers);
  return { ...config, networking: { ...config.networking, bridges: Object.fromEntries(full) } };
}

const compiled = (...given: Parameters<typeof configOf>) => compileConfig(configOf(...given), lock, defaultLayout);

function problemsOf(...given: Parameters<typeof configOf>): string[] {
  const places = (path: readonly string[]) => [{ file: path.join("."), line: 1, column: 1 }];
  try {
    void compileConfig(configOf(...given), lock, defaultLayout, places).units;
    return [];
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    return error.problems.map(({ code, message, places = [] }: Problem) =>
      [`${code}: ${message}`, ...places.map(({ file }) => file)].join(" | "),
    );
  }
}

const own = { privateNetwork: true, localAddress: "192.0.2.9/24", hostBridge: "br0" };

test("a bridge is units and links: nothing else of the configuration changes its own unit", () => {
  const plain = compiled({ br0: {} });
  const full = compiled({ br0: { interfaces: ["eth1"], rstp: true, addresses: ["192.0.2.1/24", "fd00::1/64"] } });
  expect(Object.keys(full.units)).toEqual([
    "stowage-bridge-address@br0:192.0.2.1-24.service",
    "stowage-bridge-address@br0:fd00::1-64.service",
    "stowage-bridge-port@eth1.service",
    "stowage-bridge-restore@br0.service",
    "stowage-bridge-rstp@br0.service",
    "stowage-bridge@br0.service",
  ]);
  expect(full.units["stowage-bridge@br0.service"]).toEqual(plain.units["stowage-bridge@br0.service"]);
  expect(full.unitLinks).toMatchObject({
    "multi-user.target.wants/stowage-bridge@br0.service": "../stowage-bridge@br0.service",
    "stowage-bridge@br0.service.wants/stowage-bridge-port@eth1.service": "../stowage-bridge-port@eth1.service",
    "sys-subsystem-net-devices-br0.device.wants/stowage-bridge-restore@br0.service":
      "../stowage-bridge-restore@br0.service",
    "sys-subsystem-net-devices-eth1.device.wants/stowage-bridge-port@eth1.service":
      "../stowage-bridge-port@eth1.service",
  });
});

test("only what carries our mark is removed, and its absence is no news", () => {
  const unit = compiled({ br0: {} }).units["stowage-bridge@br0.service"];
  if (unit === undefined) throw new Error("no unit");
  expect(render(unit)).toContain(
    "ExecStopPost=-/usr/bin/systemd-cat --priority=debug /usr/sbin/ip link del dev stowage-bridge-br0\n",
  );
  expect(render(unit)).not.toMatch(/link del dev br0/);
});

test("names with dashes and dots are escaped as systemd does it", () => {
  const { units, unitLinks } = compiled({ "br-lan": { interfaces: ["dummy-test", "eth0.7"] } });
  expect(Object.keys(units)).toContain("stowage-bridge-port@dummy\\x2dtest.service");
  expect(Object.keys(units)).toContain("stowage-bridge-port@eth0.7.service");
  expect(Object.keys(unitLinks)).toContain(
    "sys-subsystem-net-devices-dummy\\x2dtest.device.wants/stowage-bridge-port@dummy\\x2dtest.service",
  );
  expect(Object.keys(unitLinks)).toContain(
    "sys-subsystem-net-devices-br\\x2dlan.device.wants/stowage-bridge-restore@br\\x2dlan.service",
  );
});

test("what a bridge that is made anew gets back", () => {
  const { files } = compiled({ br0: { interfaces: ["eth1"], rstp: true, addresses: ["192.0.2.1/24"] } }, { web: own });
  const text = files["/etc/stowage/bridges/br0.restore"]?.text.split("\n").slice(1).join("\n");
  expect(text).toMatch(
    /^link set dev br0 up\nlink set dev br0 type bridge forward_delay 200 stp_state 1\naddress replace 192.0.2.1\/24 dev br0\nlink set dev eth1 master br0\nlink set dev v[eb]-web master br0\n/,
  );
});

test("a bridge of somebody else's gets back containers, and nothing is made or set up", () => {
  const { files, units } = compiled({}, { web: own });
  const text = files["/etc/stowage/bridges/br0.restore"]?.text.split("\n").slice(1).join("\n");
  expect(text).toMatch(/^link set dev v[eb]-web master br0\n/);
  expect(text).not.toContain("up");
  expect(Object.keys(units).filter((name) => name.startsWith("stowage-bridge"))).toEqual([
    "stowage-bridge-restore@br0.service",
  ]);
});

test.each<[string, Parameters<typeof configOf>, string[]]>([
  [
    "a name that is none",
    [{ "-br": {} }],
    ['bad-bridge-name: "-br" cannot be the name of a bridge | networking.bridges.-br'],
  ],
  [
    "an interface in two bridges",
    [{ a: { interfaces: ["eth1"] }, b: { interfaces: ["eth1"] } }],
    [
      "interface-clash: the interface eth1 is in networking.bridges.a.interfaces and in networking.bridges.b.interfaces | networking.bridges.a.interfaces | networking.bridges.b.interfaces",
    ],
  ],
  [
    "an interface in a bridge and in a container",
    [{ a: { interfaces: ["eth1"] } }, { web: { interfaces: ["eth1"] } }],
    [
      "interface-clash: the interface eth1 is in containers.web.interfaces and in networking.bridges.a.interfaces | containers.web.interfaces | networking.bridges.a.interfaces",
    ],
  ],
  [
    "a bridge in a bridge",
    [{ a: {}, b: { interfaces: ["a"] } }],
    [
      "bridge-in-bridge: a is a bridge, and so cannot be a port of bridge b | networking.bridges.b.interfaces | networking.bridges.a",
    ],
  ],
  [
    "the name of a container's interface",
    [
      { [hostInterface("web").name]: {} },
      { web: { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" } },
    ],
    [
      "interface-clash: ve-web is a bridge, and the name of an interface of container web | networking.bridges.ve-web | containers.web",
    ],
  ],
  [
    "an address of a container",
    [{ br0: { addresses: ["192.0.2.9/24"] } }, { web: own }],
    [
      "address-clash: 192.0.2.9 is an address of containers.web and of networking.bridges.br0.addresses | containers.web | networking.bridges.br0.addresses",
    ],
  ],
  [
    "an address twice",
    [{ br0: { addresses: ["fd00::1/64", "fd00:0::1/48"] } }],
    [
      "address-clash: fd00::1 is an address of networking.bridges.br0.addresses and of networking.bridges.br0.addresses | networking.bridges.br0.addresses | networking.bridges.br0.addresses",
    ],
  ],
  ["nothing wrong", [{ br0: { interfaces: ["eth1"], addresses: ["192.0.2.1/24"] } }, { web: own }], []],
])("checks: %s", (_, given, expected) => {
  expect(problemsOf(...given)).toEqual(expected);
});

test("at boot a container waits for bridges of others, and comes after ours without waiting for udev", () => {
  const waits = (...given: Parameters<typeof configOf>) =>
    Object.keys(compiled(...given).unitLinks).filter((link) => link.startsWith("machines.target.wants/sys-"));
  const web = { ...own, autoStart: true };
  expect(waits({}, { web })).toEqual(["machines.target.wants/sys-subsystem-net-devices-br0.device"]);
  expect(waits({ br0: {} }, { web })).toEqual([]);
  expect(waits({}, { web: { ...web, autoStart: false } })).toEqual([]);
  const net = compiled({ br0: {} }, { web }).units["container-net@web.service"]?.sections.Unit;
  expect(`${net?.After}`.split(" ")).toContain("stowage-bridge@br0.service");
  expect(`${net?.Wants}`.split(" ")).toContain("stowage-bridge@br0.service");
});
