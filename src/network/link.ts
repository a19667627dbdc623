/** A container's private link: a veth pair, with or without addresses. Point to point, as in NixOS's containers. */
import type { Address } from "./address.ts";
import { type HostInterface, hostInterface, macAddress, networkNamespace } from "./names.ts";

export interface Link {
  readonly container: string;
  readonly interface: HostInterface;
  readonly namespace: string;
  readonly hostMac: string;
  readonly insideMac: string;
  /** At most one of each family, IPv4 first. */
  readonly ends: readonly LinkEnds[];
}

/** The two ends of a link in one address family. */
export interface LinkEnds {
  readonly family: 4 | 6;
  /** The host's end; also the container's default gateway. */
  readonly host: Address | null;
  readonly local: Address | null;
}

/** The link of a container with these addresses. Ends without any address are left out. */
export function linkOf(container: string, ends: readonly LinkEnds[]): Link {
  return {
    container,
    interface: hostInterface(container),
    namespace: networkNamespace(container),
    hostMac: macAddress(container, "host"),
    insideMac: macAddress(container, "inside"),
    ends: ends.filter((end) => end.host !== null || end.local !== null).sort((a, b) => a.family - b.family),
  };
}

/** The container's own address of a family, or null. */
export function localAddress(link: Link, family: 4 | 6): Address | null {
  return link.ends.find((end) => end.family === family)?.local ?? null;
}
