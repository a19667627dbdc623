/** Who gets to a port of the host that leads into a container, and how it is said. */
import { isLoopback } from "../network/loopback.ts";
import type { ContainerPart, ForwardedPort } from "./generation.ts";

type Port = Omit<ForwardedPort, "container">;

/** "machine": only what runs on this host. "network": other machines as well. */
export type Reach = "machine" | "network";

export const reachOf = ({ address, interface: by }: Pick<ForwardedPort, "address" | "interface">): Reach =>
  by === "lo" || isLoopback(address ?? null) ? "machine" : "network";

/**
 * Whether packets to its ports pass the rules that a firewall has for the host itself. They are on their way to another
 * address by then; of a rootless container a process of the host takes them.
 */
export const passesFirewall = ({ kind, oci }: Pick<ContainerPart, "kind" | "oci">): boolean =>
  kind === "oci" && oci?.user === "root";

/** `8080->80/tcp`, `127.0.0.1:53/udp`, `2000-2010->1-11/tcp`, `(any)->80/tcp`: as docker says it. */
export function portText({ address, hostPort, containerPort, count = 1, oneOf = 1, protocol }: Port): string {
  const shownAddress = address === undefined ? "" : `${address.includes(":") ? `[${address}]` : address}:`;
  const outside = hostPort === 0 ? "(any)" : spanText(hostPort, Math.max(count, oneOf));
  const inside = spanText(containerPort, count);
  return `${shownAddress}${outside}${outside === inside ? "" : `->${inside}`}/${protocol}`;
}

const spanText = (from: number, count: number): string => (count === 1 ? `${from}` : `${from}-${from + count - 1}`);
