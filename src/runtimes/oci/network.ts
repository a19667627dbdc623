/** What `network create` is given. Facts: podman-network-create(1), docker-network-create(1). */
import type { OciNetwork } from "./object-value.ts";

export function networkArguments(network: OciNetwork): string[] {
  const { owner, driver, parent, subnets, gateways, ipv6, internal, options } = network;
  const isDual = ipv6 || subnets.some((subnet) => subnet.includes(":"));
  // Podman has the user's systemd start a network's name server; without one, containers on it would not start.
  const isNameless = owner.kind === "user" && owner.lingers !== true;
  return [
    `--driver=${driver}`,
    ...subnets.map((subnet) => `--subnet=${subnet}`),
    ...gateways.map((gateway) => `--gateway=${gateway}`),
    ...(isDual ? ["--ipv6"] : []),
    ...(isNameless ? ["--disable-dns"] : []),
    ...(internal ? ["--internal"] : []),
    ...(parent === null ? [] : [`--opt=parent=${parent}`]),
    ...Object.entries(options).map(([name, value]) => `--opt=${name}=${value}`),
  ];
}
