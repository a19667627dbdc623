/** Checks of `ociContainers.defaultNetwork`: nobody else may have its addresses, and there must be enough. */
import { poolOf } from "../../network/index.ts";
import { overlaps, type Subnet, subnetOf } from "../../network/subnets.ts";
import type { HostConfig } from "../../options/index.ts";
import { defaultNetwork } from "../../runtimes/oci/index.ts";
import { addressOptions } from "../networks.ts";
import { thoseWithoutNetwork } from "../oci/names.ts";
import { type Problems, showOption } from "../problems.ts";
import { allLinks, linkOption } from "./links.ts";

const subnetOption = ["ociContainers", "defaultNetwork", "subnet"];

export function checkDefaultNetwork(config: HostConfig, problems: Problems): void {
  const { enable, subnet } = config.ociContainers.defaultNetwork;
  if (!enable) return;
  checkName(config, problems);
  const count = thoseWithoutNetwork(config).length;
  if (count === 0) return;
  const pool = poolOf(subnet);
  if (pool === null) {
    const hint = "write the network's first address, and a prefix length from 8 to 28: 10.200.0.0/16";
    problems.add({ code: "not-a-network", message: `${subnet} is no network for containers`, hint }, subnetOption);
    return;
  }
  if (count > pool.size) {
    const message = `${count} OCI containers are to have addresses in ${subnet}, which has ${pool.size} for them`;
    problems.add({ code: "network-full", message, hint: "make the network larger" }, subnetOption);
  }
  checkOthers(config, subnet, problems);
}

/** Also where no container is on it: the next one that names no network would be on somebody else's. */
function checkName({ ociContainers: { networks, containers, pods } }: HostConfig, problems: Problems): void {
  const message = `${defaultNetwork} is the network of containers that name none`;
  const disable = "set ociContainers.defaultNetwork.enable = false";
  if (Object.hasOwn(networks, defaultNetwork)) {
    const hint = `give your network another name, or ${disable}`;
    problems.add({ code: "network-name-taken", message, hint }, ["ociContainers", "networks", defaultNetwork]);
  }
  const naming = [...namersOf("containers", containers), ...namersOf("pods", pods)];
  for (const option of naming) {
    const hint = `name no network to be on it, or another one, or ${disable}`;
    problems.add({ code: "network-name-taken", message, hint }, option);
  }
}

const namersOf = (kind: string, all: Readonly<Record<string, { readonly networks: readonly string[] }>>): string[][] =>
  Object.entries(all).flatMap(([name, { networks }]) =>
    networks.some(isOurs) ? [["ociContainers", kind, name, "networks"]] : [],
  );

/** podman writes `name:options`, docker `name=…,options` in any order. */
const isOurs = (network: string): boolean =>
  network.split(/[:,]/).some((word, at) => (at === 0 && word === defaultNetwork) || word === `name=${defaultNetwork}`);

/** A route to the one would lead packets for the other astray. */
function checkOthers(config: HostConfig, subnet: string, problems: Problems): void {
  const own = subnetOf(subnet);
  for (const { option, text } of othersOf(config)) {
    const other = whole(text);
    if (own === null || other === null || !overlaps(own, other)) continue;
    problems.add(
      {
        code: "address-clash",
        message: `${text}, ${showOption(option)}, is part of ${subnet}, the network of OCI containers`,
        hint: `set ${showOption(subnetOption)} to a network that nobody has`,
      },
      option,
      subnetOption,
    );
  }
}

interface Other {
  readonly option: readonly string[];
  readonly text: string;
}

function othersOf(config: HostConfig): Other[] {
  const links = allLinks(config).flatMap((link) =>
    addressOptions.flatMap((name) => {
      const text = link.link[name];
      return text === null ? [] : [{ option: linkOption(link, name), text }];
    }),
  );
  const bridges = Object.entries(config.networking.bridges).flatMap(([name, { addresses }]) =>
    addresses.map((text) => ({ option: ["networking", "bridges", name, "addresses"], text })),
  );
  const networks = Object.entries(config.ociContainers.networks).flatMap(([name, { subnets }]) =>
    name === defaultNetwork
      ? []
      : subnets.map((text) => ({ option: ["ociContainers", "networks", name, "subnets"], text })),
  );
  return [...links, ...bridges, ...networks];
}

/** An address without prefix length is a route of its own. */
const whole = (text: string): Subnet | null =>
  subnetOf(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
