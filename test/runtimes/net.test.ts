/** The net unit of each kind of network. */
import { describe, expect, test } from "vitest";
import { extraLinkOf, linkOf, macvlanOf, type Network, networkOf, nftBase } from "../../src/network/index.ts";
import { containerParts, type SystemContainer } from "../../src/runtimes/nspawn/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { linesOf, type Unit } from "../../src/units/index.ts";
import { isolated, trusted, v4, v6 } from "./containers.ts";

const withNetwork = (network: Network, container: SystemContainer = isolated): SystemContainer => ({
  ...container,
  network: { kind: "own", network },
});
const parts = (container: SystemContainer) => containerParts(defaultLayout, container);
const net = (container: SystemContainer): Unit =>
  parts(container).units.find(({ name }) => name === "container-net@web.service") ?? expect.fail("no net unit");
const words = (container: SystemContainer, key: string): string[] => {
  const value = net(container).sections.Unit?.[key];
  return value === undefined ? [] : linesOf(value).flatMap((line) => line.split(" "));
};
const files = (container: SystemContainer): string[] =>
  parts(container).files.flatMap(([path]) => (path.includes("/network/") ? [path.replace(/.*\/web\./, "")] : []));

const bridged = withNetwork(networkOf("web", [linkOf("web", [], { bridge: "br0" })]));
const handedOver = withNetwork(networkOf("web", [], { macvlans: [macvlanOf("web", "eth1")], interfaces: ["eth-2"] }), {
  ...trusted,
  autoStart: true,
});

describe("what the host must have first", () => {
  test("the unit of a bridge, and at boot its interface", () => {
    expect(words(bridged, "Wants")).toContain("stowage-bridge@br0.service");
    expect(words(bridged, "After")).toEqual(
      expect.arrayContaining(["stowage-bridge@br0.service", "sys-subsystem-net-devices-br0.device"]),
    );
  });

  test("interfaces are awaited at boot, and never by a start by hand", () => {
    const device = "sys-subsystem-net-devices-eth\\x2d2.device";
    expect(words(handedOver, "After")).toContain(device);
    expect(words(handedOver, "Wants")).not.toContain(device);
    expect(parts(handedOver).unitLinks[`machines.target.wants/${device}`]).toBe(`../${device}`);
    expect(parts({ ...handedOver, autoStart: false }).unitLinks).toEqual({});
    expect(parts(handedOver).part.hostInterfaces).toEqual(["eth1", "eth-2"]);
  });
});

test("a network that its root rules is made anew with every start, also after a crash or a reboot", () => {
  expect(words(handedOver, "PartOf")).toEqual(["container@web.service"]);
  expect(words(isolated, "PartOf")).toEqual([]);
  expect(files(handedOver)).not.toContain("ns-sysctl");
});

test("files only for what there is", () => {
  expect(files(bridged)).toEqual(["up", "ns", "down", "ns-sysctl"]);
  expect(files(handedOver)).toEqual(["up", "ns", "back", "down"]);
  expect(files(withNetwork(networkOf("web", [linkOf("web", [v4])])))).toEqual([
    "up",
    "ns",
    "down",
    "sysctl",
    "ns-sysctl",
  ]);
});

test("ports of further links count", () => {
  const forwards = [{ protocol: "tcp", hostPort: 80, containerPort: 80, hostAddress: null, interface: null }] as const;
  const container = withNetwork(networkOf("web", [linkOf("web", []), extraLinkOf("web", "veth1", [v4], { forwards })]));
  expect(words(container, "Requires")).toEqual(["stowage-nftables.service"]);
  expect(parts(container).units.map(({ name }) => name)).toContain("stowage-forward-tcp-80@web.socket");
});

test("on a bridge ::1 is a socket's, and left to it by nft: the kernel may drop its answers", () => {
  const forwards = (["tcp", "udp"] as const).map((protocol) => ({
    ...{ protocol, hostPort: 80, containerPort: 80, hostAddress: null, interface: null },
  }));
  const container = withNetwork(networkOf("web", [linkOf("web", [v4, v6], { bridge: "br0", forwards })]));
  const { units, files: all } = parts(container);
  const sockets = units.filter(({ name }) => name.endsWith(".socket"));
  expect(sockets.map(({ name, sections }) => [name, sections.Socket?.ListenStream])).toEqual([
    ["stowage-forward-tcp-80@web.socket", ["[::1]:80"]],
  ]);
  expect(new Map(all).get("/etc/stowage/network/web.nft")).toContain("add element inet stowage proxied6 { 80 }\n");
  expect(nftBase).toContain("ip6 daddr ::1 tcp dport @proxied6 return\n");
});

test("a namespace of somebody else's: no net unit", () => {
  const joined: SystemContainer = { ...trusted, network: { kind: "joined", path: "/run/netns/vpn" } };
  const { units } = parts(joined);
  expect(units.map(({ name }) => name)).toEqual(["container@web.service", "container-merge@web.service"]);
  expect(units[0]?.sections.Service?.NetworkNamespacePath).toBe("/run/netns/vpn");
  expect(units[0]?.sections.Unit?.BindsTo).toBeUndefined();
});
