/** A container's network options as its network. */
import {
  type Address,
  type Forward,
  hostInterface,
  type LinkEnds,
  linkOf,
  macAddress,
  networkNamespace,
  parseAddress,
} from "../network/index.ts";
import type { ContainerConfig } from "../options/index.ts";
import type { ContainerNetwork } from "../runtimes/nspawn/index.ts";

export const addressOptions = ["hostAddress", "localAddress", "hostAddress6", "localAddress6"] as const;

/** What a container's main link and each of its extra ones say. */
export type LinkConfig = ContainerConfig["extraVeths"][string];

/** Whether it has a network namespace that is made for it. */
export const hasOwnNetwork = (container: ContainerConfig): boolean =>
  container.networkNamespace === null &&
  (container.privateNetwork ||
    container.macvlans.length > 0 ||
    container.interfaces.length > 0 ||
    Object.keys(container.extraVeths).length > 0);

export function networkFor(name: string, container: ContainerConfig): ContainerNetwork {
  if (container.networkNamespace !== null) return { kind: "joined", path: container.networkNamespace };
  if (!hasOwnNetwork(container)) return { kind: "host" };
  const main = container.privateNetwork ? [linkOf(name, endsOf(container), linkRequest(container))] : [];
  const extra = Object.entries(container.extraVeths)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([inside, link]) => ({
      ...linkOf(name, endsOf(link), linkRequest(link)),
      interface: { name: inside, altname: null },
      inside,
      hostMac: macAddress(`${name} ${inside}`, "host"),
      insideMac: link.localMacAddress?.toLowerCase() ?? macAddress(`${name} ${inside}`, "inside"),
    }));
  return {
    kind: "own",
    network: {
      container: name,
      namespace: networkNamespace(name),
      links: [...main, ...extra],
      macvlans: container.macvlans.map((parent) => ({
        parent,
        name: macvlanName(parent),
        mac: macAddress(`${name} mv-${parent}`, "inside"),
      })),
      interfaces: container.interfaces,
    },
  };
}

/** `mv-<interface>`, shortened as the host's ends are. */
const macvlanName = (parent: string): string => hostInterface(parent).name.replace(/^ve-/, "mv-");

function linkRequest(link: LinkConfig) {
  return {
    bridge: link.hostBridge,
    mac: link.localMacAddress?.toLowerCase() ?? null,
    forwards: link.forwardPorts.map(forwardOf),
  };
}

function forwardOf(port: LinkConfig["forwardPorts"][number]): Forward {
  return {
    protocol: port.protocol,
    hostPort: port.hostPort,
    containerPort: port.containerPort ?? port.hostPort,
    hostAddress: port.hostAddress === null ? null : parseAddress(port.hostAddress),
    interface: port.interface,
  };
}

/** What the address options say, whether or not there is a private network. */
export function endsOf(link: Pick<LinkConfig, (typeof addressOptions)[number]>): LinkEnds[] {
  return [
    { family: 4, host: addressOf(link.hostAddress, 4), local: addressOf(link.localAddress, 4) },
    { family: 6, host: addressOf(link.hostAddress6, 6), local: addressOf(link.localAddress6, 6) },
  ];
}

/** The option's type has checked the text. */
function addressOf(text: string | null, family: 4 | 6): Address | null {
  if (text === null) return null;
  const address = parseAddress(text);
  if (address?.family !== family) throw new Error(`not an IPv${family} address: ${text}`);
  return address;
}
