/** A container's address options as its private link. */
import { type Address, type Link, type LinkEnds, linkOf, parseAddress } from "../network/index.ts";
import type { ContainerConfig } from "../options/index.ts";

export const addressOptions = ["hostAddress", "localAddress", "hostAddress6", "localAddress6"] as const;

const pairs = [
  { family: 4, host: "hostAddress", local: "localAddress" },
  { family: 6, host: "hostAddress6", local: "localAddress6" },
] as const;

/** null without a private network. */
export function linkFor(name: string, container: ContainerConfig): Link | null {
  return container.privateNetwork ? linkOf(name, endsOf(container)) : null;
}

/** What the address options say, whether or not there is a private network. */
export function endsOf(container: ContainerConfig): LinkEnds[] {
  return pairs.map(({ family, host, local }) => ({
    family,
    host: addressOf(container[host], family),
    local: addressOf(container[local], family),
  }));
}

/** The option's type has checked the text. */
function addressOf(text: string | null, family: 4 | 6): Address | null {
  if (text === null) return null;
  const address = parseAddress(text);
  if (address?.family !== family) throw new Error(`not an IPv${family} address: ${text}`);
  return address;
}
