/** Ports of the host that an engine leads into an OCI container. Facts: podman-run(1) and docker-run(1) "--publish". */
import { parseAddress } from "./address.ts";
import type { PortRange } from "./firewall.ts";

export interface Published {
  readonly protocol: "tcp" | "udp" | "sctp";
  /** In canonical form; null: all of the host. */
  readonly address: string | null;
  /** null: the engine chooses, at each start. */
  readonly host: PortRange | null;
  readonly inside: PortRange;
}

const form = /^(?:(?:(?:\[([^\]]+)\]|(\d+\.[\d.]+)):)?(?:(\d+(?:-\d+)?)?:))?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/;

/** @param text of the type `portMapping` */
export function parsePublished(text: string): Published {
  const [, v6, v4, host, inside, protocol = "tcp"] = form.exec(text) ?? [];
  const address = v6 ?? v4;
  const canonical = address === undefined ? null : parseAddress(address)?.address;
  if (inside === undefined || canonical === undefined) throw new Error(`not a port mapping: ${JSON.stringify(text)}`);
  return {
    protocol: protocol as Published["protocol"],
    address: canonical,
    host: host === undefined ? null : rangeOf(host),
    inside: rangeOf(inside),
  };
}

function rangeOf(text: string): PortRange {
  const [from = 0, to = from] = text.split("-").map(Number);
  return { from, to };
}

export const lengthOf = ({ from, to }: PortRange): number => to - from + 1;

/** One port of several, whichever is free. podman has no such thing. */
export const isChosen = ({ host, inside }: Published): boolean =>
  host === null || (lengthOf(host) > 1 && lengthOf(inside) === 1);

/** Whether there is a packet for both. `0.0.0.0` and `::` are all addresses of their family. */
export function doAddressesMeet(a: string | null, b: string | null): boolean {
  if (a === null || b === null || a === b) return true;
  const isV6 = (address: string) => address.includes(":");
  if (isV6(a) !== isV6(b)) return false;
  return [a, b].some((address) => address === "0.0.0.0" || address === "::");
}
