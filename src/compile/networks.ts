/** A container's network options as its network. */
import {
  type Address,
  extraLinkOf,
  type Forward,
  type LinkEnds,
  linkOf,
  macvlanOf,
  networkOf,
  parseAddress,
} from "../network/index.ts";
import type { ContainerConfig } from "../options/index.ts";
import type { ContainerNetwork } from "../runtimes/nspawn/index.ts";
import type { AcrossContainer } from "./across.ts";

export const addressOptions = ["hostAddress", "localAddress", "hostAddress6", "localAddress6"] as const;

/** What a container's main link and each of its extra ones say. */
export type LinkConfig = ContainerConfig["extraVeths"][string];

/** Whether it has a network namespace that is made for it. */
export const hasOwnNetwork = (container: AcrossContainer): boolean =>
  container.networkNamespace === null &&
  (container.privateNetwork ||
    container.macvlans.length > 0 ||
    container.interfaces.length > 0 ||
    Object.keys(container.extraVeths).length > 0);

/** @param hostId a text that no other host has; names of interfaces and addresses do not depend on it */
export function networkFor(name: string, container: AcrossContainer, hostId = ""): ContainerNetwork {
  if (container.networkNamespace !== null) return { kind: "joined", path: container.networkNamespace };
  if (!hasOwnNetwork(container)) return { kind: "host" };
  const main = container.privateNetwork ? [linkOf(name, endsOf(container), requestOf(container, hostId))] : [];
  const extra = extraLinks(container).map(([inside, link]) =>
    extraLinkOf(name, inside, endsOf(link), requestOf(link, hostId)),
  );
  return {
    kind: "own",
    network: networkOf(name, [...main, ...extra], {
      macvlans: [...new Set(container.macvlans)].map((parent) => macvlanOf(name, parent, hostId)),
      interfaces: [...new Set(container.interfaces)],
    }),
  };
}

/** In the order of their names. */
export const extraLinks = ({ extraVeths }: AcrossContainer): [name: string, link: LinkConfig][] =>
  Object.entries(extraVeths).sort(([a], [b]) => (a < b ? -1 : 1));

function requestOf(link: LinkConfig, host: string) {
  return {
    host,
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

const known = new WeakMap<object, readonly LinkEnds[]>();

/** What the address options say, whether or not there is a private network. Read once: checks ask too. */
export function endsOf(link: Pick<LinkConfig, (typeof addressOptions)[number]>): readonly LinkEnds[] {
  const found = known.get(link);
  if (found !== undefined) return found;
  const ends = [
    { family: 4, host: addressOf(link.hostAddress, 4), local: addressOf(link.localAddress, 4) },
    { family: 6, host: addressOf(link.hostAddress6, 6), local: addressOf(link.localAddress6, 6) },
  ] as const;
  known.set(link, ends);
  return ends;
}

/** The option's type has checked the text. */
function addressOf(text: string | null, family: 4 | 6): Address | null {
  if (text === null) return null;
  const address = parseAddress(text);
  if (address?.family !== family) throw new Error(`not an IPv${family} address: ${text}`);
  return address;
}
