/** `ociContainers.networks.<name>`: networks that OCI containers meet on. Facts: podman-network-create(1), docker-network-create(1). */
import { mkOption, types } from "../../modules/index.ts";
import { objectOptions } from "./objects.ts";

export const networkOptions = {
  ...objectOptions("network"),
  driver: mkOption({
    type: types.enum("bridge", "macvlan", "ipvlan"),
    default: "bridge",
    description:
      '"bridge": a network inside the host, with names of its containers. "macvlan", "ipvlan": containers are on the network that `parent` is on.',
  }),
  parent: mkOption({
    type: types.nullOr(types.interfaceName),
    default: null,
    example: "eth1",
    description: "With macvlan and ipvlan: the host's interface. null: the engine's choice.",
  }),
  subnets: mkOption({
    type: types.listOf(types.cidr),
    default: [],
    example: ["10.89.5.0/24", "fd00:5::/64"],
    description:
      "Its addresses, of either family. Empty: the engine takes an IPv4 subnet that is free. One of IPv6 makes it a network of both.",
  }),
  gateways: mkOption({
    type: types.listOf(types.ipAddress),
    default: [],
    example: ["10.89.5.1"],
    description: "Address of the host in each of the subnets, in their order. Empty: the first of each.",
  }),
  ipv6: mkOption({
    type: types.bool,
    default: false,
    description: "IPv6 too where no subnet says so. docker needs a subnet for it.",
  }),
  internal: mkOption({
    type: types.bool,
    default: false,
    description: "Its containers reach each other, and nothing outside of the host.",
  }),
};
