/** A container's network: its own links, the host's interfaces that it gets, the ports of the host that lead into it. */
import { mkOption, types } from "../../modules/index.ts";

/** Not types.port: 0 means "any" to the kernel, and no packet has it. */
const forwardedPort = types.ints.between(1, 65535);

export const forwardPortOptions = {
  protocol: mkOption({ type: types.enum("tcp", "udp"), default: "tcp", description: "Protocol of the port." }),
  hostPort: mkOption({ type: forwardedPort, description: "Port of the host." }),
  containerPort: mkOption({
    type: types.nullOr(forwardedPort),
    default: null,
    defaultText: "hostPort",
    description: "Port inside the container. null: the same as hostPort.",
  }),
  hostAddress: mkOption({
    type: types.nullOr(types.ipAddress),
    default: null,
    example: "127.0.0.1",
    description: "Only connections to this address of the host lead into the container. null: to every address of it.",
  }),
  interface: mkOption({
    type: types.nullOr(types.interfaceName),
    default: null,
    example: "eth0",
    description: "Only connections that come in by this interface of the host lead into the container. null: by any.",
  }),
};

/** Of a link to the host: of the container's own, and of each further one. */
const linkOptions = {
  hostBridge: mkOption({
    type: types.nullOr(types.interfaceName),
    default: null,
    example: "br0",
    description:
      "A bridge of the host that the host's end of the link is made a port of. It takes the place of hostAddress and hostAddress6.",
  }),
  hostAddress: mkOption({
    type: types.nullOr(types.ipv4Address),
    default: null,
    example: "10.233.1.1",
    description: "IPv4 address of the host's end of the link; the container's default gateway.",
  }),
  localAddress: mkOption({
    type: types.nullOr(types.either(types.ipv4Address, types.ipv4Cidr)),
    default: null,
    example: "10.233.1.2",
    description: "IPv4 address of the container, with or without a prefix length.",
  }),
  hostAddress6: mkOption({
    type: types.nullOr(types.ipv6Address),
    default: null,
    example: "fd00:233:1::1",
    description: "IPv6 address of the host's end of the link.",
  }),
  localAddress6: mkOption({
    type: types.nullOr(types.either(types.ipv6Address, types.ipv6Cidr)),
    default: null,
    example: "fd00:233:1::2",
    description: "IPv6 address of the container, with or without a prefix length.",
  }),
  localMacAddress: mkOption({
    type: types.nullOr(types.mac),
    default: null,
    defaultText: "derived from the host's machine id and the container's name",
    example: "02:00:5e:10:00:01",
    description: "MAC address of the container's end, set before the link comes up.",
  }),
  forwardPorts: mkOption({
    type: types.listOf(types.submodule({ options: forwardPortOptions })),
    default: [],
    example: [{ hostPort: 8080, containerPort: 80 }],
    description:
      "Ports of the host that lead into the container: from other machines, from the host's own addresses, from 127.0.0.1 and ::1, and from other containers.",
  }),
};

export const networkOptions = {
  privateNetwork: mkOption({
    type: types.bool,
    default: false,
    description:
      "A network of its own: `eth0` inside, `ve-<name>` on the host (`vb-<name>` on a bridge). Without it, and without macvlans, interfaces or a networkNamespace, the container shares the host's network.",
  }),
  ...linkOptions,
  extraVeths: mkOption({
    type: types.attrsOf(types.submodule({ options: linkOptions })),
    default: {},
    example: { backup0: { hostBridge: "br1", localAddress: "192.0.2.7/24" } },
    description: "Further links to the host, by their interface's name, which is the same on both ends.",
  }),
  macvlans: mkOption({
    type: types.listOf(types.interfaceName),
    default: [],
    example: ["eth1"],
    description: "Interfaces of the host on each of which the container has a macvlan, called mv-<interface> inside.",
  }),
  interfaces: mkOption({
    type: types.listOf(types.interfaceName),
    default: [],
    example: ["eth1"],
    description: "Interfaces of the host that are moved into the container, and given back when it stops.",
  }),
  networkNamespace: mkOption({
    type: types.nullOr(types.path),
    default: null,
    example: "/run/netns/vpn",
    description: "A network namespace that somebody else made, which the container joins.",
  }),
  copyResolvConf: mkOption({
    type: types.bool,
    default: true,
    description:
      "The container resolves names as the host does. A name server on the host's loopback is left out where the container has another network: it could not be reached.",
  }),
};
