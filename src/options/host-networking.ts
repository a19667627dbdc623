/** What containers use of the network of the host: its bridges, for those with `hostBridge`, and its proxies. */
import { mkOption, types } from "../modules/index.ts";
import { proxyOptions } from "./host-proxy.ts";

const bridgeOptions = {
  interfaces: mkOption({
    type: types.listOf(types.interfaceName),
    default: [],
    example: ["eth1"],
    description:
      "Interfaces of the host that are ports of the bridge. One that is not there yet becomes a port when it appears. With none the bridge joins only containers, and is up all the same.",
  }),
  rstp: mkOption({
    type: types.bool,
    default: false,
    description:
      "The bridge takes part in the spanning tree protocol: the rapid one where mstpd is installed and takes over from the kernel, else the kernel's own. A port that comes up passes nothing on for the first 4 seconds.",
  }),
  addresses: mkOption({
    type: types.listOf(types.either(types.ipv4Cidr, types.ipv6Cidr)),
    default: [],
    example: ["192.0.2.1/24", "fd00:2::1/64"],
    description: "Addresses of the host on the bridge, with prefix length.",
  }),
};

export const hostNetworkingOptions = {
  networking: {
    bridges: mkOption({
      type: types.attrsOf(types.submodule({ options: bridgeOptions })),
      default: {},
      example: { br0: { interfaces: ["eth1"], addresses: ["192.0.2.1/24"] } },
      description:
        "Bridges that are made on the host, by name. One that somebody else made is neither taken over nor removed: leave that out here, and name it in hostBridge.",
    }),
    ...proxyOptions,
  },
};
