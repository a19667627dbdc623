/** Checks of networks of every kind: what is said, and of which options. */
import { describe, expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, link, lock, type ShortContainer } from "./config.ts";

/** Code, message and options of each problem. */
function problems(containers: Record<string, ShortContainer>): string[] {
  try {
    // Looked at, because what is made of it is made when it is.
    void compileConfig(hostConfig(containers), lock, defaultLayout, (path) => [
      { file: path.slice(1).join("."), line: 1, column: 1 },
    ]).units;
    return [];
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    return error.problems.map(({ code, message, places }) =>
      [`${code}: ${message}`, ...(places ?? []).map(({ file }) => file)].join(" | "),
    );
  }
}
const own: ShortContainer = { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" };

describe("one container", () => {
  test.each<[string, ShortContainer, string[]]>([
    [
      "a bridge has the host's addresses",
      { privateNetwork: true, hostBridge: "br0", hostAddress: "10.0.0.1", localAddress: "10.0.0.2/24" },
      [
        'bridge-with-address: container web has hostBridge "br0" and hostAddress 10.0.0.1 | web.hostBridge | web.hostAddress',
      ],
    ],
    [
      "also of a further link, and in IPv6",
      { extraVeths: { veth1: link({ hostBridge: "br0", hostAddress6: "fd00::1", localAddress6: "fd00::2" }) } },
      [
        'bridge-with-address: extraVeths.veth1 of container web has hostBridge "br0" and hostAddress6 fd00::1 | web.extraVeths.veth1.hostBridge | web.extraVeths.veth1.hostAddress6',
      ],
    ],
    [
      "a bridge and a MAC address are of a link, too",
      { hostBridge: "br0", localMacAddress: "02:00:00:00:00:01" },
      [
        "address-without-network: container web has hostBridge and localMacAddress, but shares the host's network | web.hostBridge | web.localMacAddress",
      ],
    ],
    [
      "a network of its own is no main link",
      { macvlans: ["eth1"], localAddress: "10.0.0.2", forwardPorts: [{ hostPort: 80 }] },
      [
        "address-without-network: container web has localAddress, but has no link for it: privateNetwork is false | web.localAddress",
        "port-without-address: container web forwards ports, but has no link for it: privateNetwork is false | web.forwardPorts",
      ],
    ],
    [
      "a joined namespace is somebody else's",
      { ...own, networkNamespace: "/run/netns/vpn", macvlans: ["eth1"], extraVeths: { a: link({}) } },
      [
        "network-in-namespace: container web joins a network namespace, and has privateNetwork and hostAddress and localAddress and macvlans and extraVeths | web.networkNamespace | web.privateNetwork | web.hostAddress | web.localAddress | web.macvlans | web.extraVeths",
      ],
    ],
    [
      "a host's end alone, of a further link",
      { extraVeths: { veth1: link({ hostAddress: "10.0.0.1" }) } },
      [
        "host-address-alone: extraVeths.veth1 of container web has hostAddress without localAddress | web.extraVeths.veth1.hostAddress",
      ],
    ],
    ["a local address alone may be meant so", { privateNetwork: true, localAddress: "10.0.0.2" }, []],
    [
      "ports need an address on their link",
      { ...own, extraVeths: { veth1: link({ forwardPorts: [{ hostPort: 80 }] }) } },
      [
        "port-without-address: extraVeths.veth1 of container web forwards ports, but has no address of its own | web.extraVeths.veth1.forwardPorts",
      ],
    ],
    [
      "any address is none",
      { ...own, forwardPorts: [{ hostPort: 80, hostAddress: "0.0.0.0" }] },
      [
        "port-of-no-address: container web forwards port 80/tcp of 0.0.0.0, which is no address of a host | web.forwardPorts",
      ],
    ],
    [
      "UDP stays in its family",
      { ...own, forwardPorts: [{ protocol: "udp", hostPort: 53, hostAddress: "::1" }] },
      ["port-of-other-family: container web forwards port 53/udp of ::1, but has no IPv6 address | web.forwardPorts"],
    ],
    ["TCP does not", { ...own, forwardPorts: [{ hostPort: 53, hostAddress: "::1" }] }, []],
    [
      "names inside",
      { ...own, extraVeths: { eth0: link({}), lo: link({}) }, interfaces: ["mv-eth1"], macvlans: ["eth1"] },
      [
        "interface-clash: container web would have two interfaces eth0 inside | web.privateNetwork | web.extraVeths.eth0",
        "interface-clash: container web would have two interfaces lo inside | web.extraVeths.lo",
        "interface-clash: container web would have two interfaces mv-eth1 inside | web.macvlans | web.interfaces",
      ],
    ],
    [
      "a link's name is an interface's",
      { extraVeths: { "a b": link({}) } },
      ['bad-interface-name: "a b" cannot be the name of a link of container web | web.extraVeths.a b'],
    ],
  ])("%s", (_, container, expected) => {
    expect(problems({ web: container })).toEqual(expected);
  });
});

describe("two containers", () => {
  test.each<[string, ShortContainer, ShortContainer, string[]]>([
    [
      "an address of a further link",
      own,
      { extraVeths: { veth1: link({ localAddress: "10.0.0.2/24" }) } },
      [
        "address-clash: 10.0.0.2 is the address of containers.a.localAddress and of containers.b.extraVeths.veth1.localAddress | a.localAddress | b.extraVeths.veth1.localAddress",
      ],
    ],
    [
      "one port, and nothing that tells them apart",
      { ...own, forwardPorts: [{ hostPort: 80, hostAddress: "192.0.2.1" }] },
      {
        extraVeths: { veth1: link({ localAddress: "10.0.0.3", forwardPorts: [{ hostPort: 80, interface: "eth0" }] }) },
      },
      [
        "port-clash: port 80/tcp of the host is forwarded to container a and to container b | a.forwardPorts | b.extraVeths.veth1.forwardPorts",
      ],
    ],
    [
      "one port of two addresses",
      { ...own, forwardPorts: [{ hostPort: 80, hostAddress: "192.0.2.1" }] },
      { privateNetwork: true, localAddress: "10.0.0.3", forwardPorts: [{ hostPort: 80, hostAddress: "192.0.2.2" }] },
      [],
    ],
    [
      "one port of one address, written in two ways",
      { ...own, forwardPorts: [{ hostPort: 80, hostAddress: "fd00::1" }] },
      { privateNetwork: true, localAddress: "10.0.0.3", forwardPorts: [{ hostPort: 80, hostAddress: "fd00:0::1" }] },
      [
        "port-clash: port 80/tcp of the host is forwarded to container a and to container b | a.forwardPorts | b.forwardPorts",
      ],
    ],
    [
      "one port of two interfaces",
      { ...own, forwardPorts: [{ hostPort: 80, interface: "eth0" }] },
      { privateNetwork: true, localAddress: "10.0.0.3", forwardPorts: [{ hostPort: 80, interface: "eth1" }] },
      [],
    ],
    [
      "an interface in both",
      { interfaces: ["eth1"] },
      { interfaces: ["eth1"] },
      [
        "interface-clash: the interface eth1 is in containers.a.interfaces and in containers.b.interfaces | a.interfaces | b.interfaces",
      ],
    ],
    ["macvlans on one interface", { macvlans: ["eth1"] }, { macvlans: ["eth1"] }, []],
    [
      "an interface that is gone",
      { interfaces: ["eth1"] },
      { macvlans: ["eth1"], extraVeths: { x: link({ hostBridge: "eth1" }) } },
      [
        "interface-clash: the interface eth1 of containers.b.macvlans is not the host's any more: it is in containers.a.interfaces | b.macvlans | a.interfaces",
        "interface-clash: the interface eth1 of containers.b.extraVeths.x.hostBridge is not the host's any more: it is in containers.a.interfaces | b.extraVeths.x.hostBridge | a.interfaces",
      ],
    ],
    [
      "ports that come in by an interface that is gone",
      { interfaces: ["eth1"] },
      { ...own, forwardPorts: [{ hostPort: 80, interface: "eth1" }] },
      [
        "interface-clash: the interface eth1 of containers.b.forwardPorts is not the host's any more: it is in containers.a.interfaces | b.forwardPorts | a.interfaces",
      ],
    ],
    [
      "further links of one name",
      { extraVeths: { veth1: link({}) } },
      { extraVeths: { veth1: link({}) } },
      [
        "interface-clash: containers.a.extraVeths.veth1 and containers.b.extraVeths.veth1 would both have the interface veth1 on the host | a.extraVeths.veth1 | b.extraVeths.veth1",
      ],
    ],
    [
      "a further link with the name of another's main one",
      own,
      { extraVeths: { "ve-a": link({}) } },
      [
        "interface-clash: containers.a and containers.b.extraVeths.ve-a would both have the interface ve-a on the host | a | b.extraVeths.ve-a",
      ],
    ],
    [
      "a MAC address",
      { ...own, localMacAddress: "02:AA:00:00:00:01" },
      { extraVeths: { x: link({ localMacAddress: "02:aa:00:00:00:01" }) } },
      [
        "mac-clash: 02:aa:00:00:00:01 is the MAC address of containers.a.localMacAddress and of containers.b.extraVeths.x.localMacAddress | a.localMacAddress | b.extraVeths.x.localMacAddress",
      ],
    ],
  ])("%s", (_, a, b, expected) => {
    expect(problems({ a, b })).toEqual(expected);
  });
});
