/** What a plan says of ports of the host that did not lead into a container before. */
import type { ContainerPart, ForwardedPort } from "../compile/generation.ts";
import { passesFirewall, reachOf } from "../compile/ports.ts";

export function newPorts(former: ContainerPart | null, next: ContainerPart): string[] {
  const known = new Set((former?.ports ?? []).map((port) => notice(port, next)));
  return next.ports.map((port) => notice(port, next)).filter((text) => !known.has(text));
}

function notice(port: ForwardedPort, part: ContainerPart): string {
  const past = reachOf(port) === "network" && passesFirewall(part);
  const firewall = past ? "; what a firewall of this host says of its own ports does not hold for it" : "";
  return `${hostText(port)}, ${whereText(port)}, will lead into container ${part.name}${firewall}`;
}

function hostText({ hostPort, containerPort, count = 1, oneOf = 1, protocol }: ForwardedPort): string {
  if (hostPort === 0) return `some port of this host, for port ${containerPort}/${protocol} of the container`;
  if (oneOf > 1) return `one of the ports ${hostPort}-${hostPort + oneOf - 1}/${protocol} of this host`;
  return count > 1
    ? `ports ${hostPort}-${hostPort + count - 1}/${protocol} of this host`
    : `port ${hostPort}/${protocol} of this host`;
}

function whereText(port: ForwardedPort): string {
  if (reachOf(port) === "machine") return "for this machine only";
  const { address, interface: by } = port;
  const where = address === undefined ? "on all its addresses" : `on ${address}`;
  return by === undefined ? where : `${where}, by ${by}`;
}
