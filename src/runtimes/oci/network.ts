/** What `network create` is given. Facts: podman-network-create(1), docker-network-create(1). */
import type { OciNetwork } from "./object-value.ts";

export function networkArguments(network: OciNetwork): string[] {
  const { driver, parent, subnets, gateways, ipv6, internal, options } = network;
  const isDual = ipv6 || subnets.some((subnet) => subnet.includes(":"));
  return [
    `--driver=${driver}`,
    ...subnets.map((subnet) => `--subnet=${subnet}`),
    ...gateways.map((gateway) => `--gateway=${gateway}`),
    ...(isDual ? ["--ipv6"] : []),
    ...(internal ? ["--internal"] : []),
    ...(parent === null ? [] : [`--opt=parent=${parent}`]),
    ...Object.entries(options).map(([name, value]) => `--opt=${name}=${value}`),
  ];
}
