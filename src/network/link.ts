/** What a container's own network is made of. */
import type { Address } from "./address.ts";
import {
  extraInterface,
  type HostInterface,
  hostInterface,
  insideInterface,
  macAddress,
  macvlanInterface,
  networkNamespace,
} from "./names.ts";
import type { Forward } from "./nft.ts";

/** A network namespace of the container's own, made by its net unit. */
export interface Network {
  readonly container: string;
  readonly namespace: string;
  /** Veth pairs; the container's main link, `eth0` inside, comes first where there is one. */
  readonly links: readonly Link[];
  readonly macvlans: readonly Macvlan[];
  /** Interfaces of the host that are moved in, and back. */
  readonly interfaces: readonly string[];
}

/** A veth pair: point to point, as in NixOS's containers, or with the host's end on a bridge. */
export interface Link {
  readonly container: string;
  /** The host's end. */
  readonly interface: HostInterface;
  /** The container's end: `eth0`, or the name of an extra veth. */
  readonly inside: string;
  readonly namespace: string;
  readonly hostMac: string;
  readonly insideMac: string;
  /** The bridge that the host's end is a port of. */
  readonly bridge: string | null;
  /** At most one of each family, IPv4 first. */
  readonly ends: readonly LinkEnds[];
  readonly forwards: readonly Forward[];
}

/** The two ends of a link in one address family. */
export interface LinkEnds {
  readonly family: 4 | 6;
  /** The host's end; also the container's default gateway. */
  readonly host: Address | null;
  readonly local: Address | null;
}

/** A macvlan in bridge mode on an interface of the host. */
export interface Macvlan {
  readonly parent: string;
  /** Inside. */
  readonly name: string;
  readonly mac: string;
}

/** What a link is like beyond its container's name. */
export interface LinkRequest {
  /** A text that no other host has; see macAddress. */
  readonly host?: string;
  readonly bridge?: string | null;
  /** Of the container's end. Default: derived. */
  readonly mac?: string | null;
  readonly forwards?: readonly Forward[];
}

/** The host's end of a container's main link, which is called otherwise where it is a port of a bridge. */
export const mainInterface = (container: string, bridge: string | null = null): HostInterface =>
  hostInterface(container, bridge === null ? "ve" : "vb");

/** The main link of a container. Ends without any address are left out. */
export function linkOf(container: string, ends: readonly LinkEnds[], request: LinkRequest = {}): Link {
  return linkWith(
    { container, key: container, interface: mainInterface(container, request.bridge), inside: insideInterface },
    ends,
    request,
  );
}

/** A further link, by the name that both of its ends have. */
export function extraLinkOf(
  container: string,
  name: string,
  ends: readonly LinkEnds[],
  request: LinkRequest = {},
): Link {
  const key = `${container} ${name}`;
  return linkWith({ container, key, interface: extraInterface(container, name), inside: name }, ends, request);
}

/** @param named `key`: what MAC addresses are derived from, beside the host */
function linkWith(
  named: Pick<Link, "container" | "interface" | "inside"> & { readonly key: string },
  ends: readonly LinkEnds[],
  { host = "", bridge = null, mac = null, forwards = [] }: LinkRequest,
): Link {
  const { container, key, inside } = named;
  return {
    container,
    interface: named.interface,
    inside,
    namespace: networkNamespace(container),
    hostMac: macAddress(key, "host", host),
    insideMac: mac ?? macAddress(key, "inside", host),
    bridge,
    ends: ends.filter((end) => end.host !== null || end.local !== null).sort((a, b) => a.family - b.family),
    forwards,
  };
}

/** @param host a text that no other host has */
export function macvlanOf(container: string, parent: string, host = ""): Macvlan {
  const name = macvlanInterface(parent);
  return { parent, name, mac: macAddress(`${container} ${name}`, "inside", host) };
}

/** A network with these links, and nothing else unless it is given. */
export function networkOf(
  container: string,
  links: readonly Link[],
  more: Partial<Pick<Network, "macvlans" | "interfaces">> = {},
): Network {
  return { container, namespace: networkNamespace(container), links, macvlans: [], interfaces: [], ...more };
}

/** The container's own address of a family, or null. */
export function localAddress(link: Link, family: 4 | 6): Address | null {
  return link.ends.find((end) => end.family === family)?.local ?? null;
}

/** The interface of the host by which it reaches the container. */
export const hostSide = (link: Link): string => link.bridge ?? link.interface.handle;
