/** Networks of OCI containers must be nobody else's. Looked for before anything is stopped: docker says nothing of it. */
import type { Generation } from "../compile/index.ts";
import type { Problem } from "../error.ts";
import type { Route } from "../host/routes.ts";
import { overlaps, type Subnet, subnetOf } from "../network/subnets.ts";
import { defaultNetwork } from "../runtimes/oci/index.ts";

/**
 * Of a network that is there already nothing is asked: the route to it is its own, also where the network is to be wider
 * or narrower from now on. Nor of a user's: its routes are in the user's own network namespace; nor of one that is to be
 * the network that a card of the host is on.
 */
export function networkProblems(
  next: Generation,
  current: Generation | null,
  routes: () => readonly Route[],
): Problem[] {
  const ours = current === null ? [] : subnetsOf(current);
  const known = new Set(ours.map(({ text }) => text));
  const fresh = subnetsOf(next).filter(({ text }) => !known.has(text));
  if (fresh.length === 0) return [];
  const found = routes().filter(({ network }) => !ours.some(({ subnet }) => isSame(subnet, network)));
  return fresh.flatMap(({ name, text, subnet }) => {
    const taken = found.find(({ network }) => isWithin(subnet, network));
    if (taken === undefined) return [];
    const option = name === defaultNetwork ? "defaultNetwork.subnet" : `networks.${name}.subnets`;
    return {
      code: "network-taken",
      message: `network ${name} of OCI containers is to be ${text}, and the host reaches ${taken.network} by ${taken.interface}`,
      details: ["what is there could no longer be told from containers"],
      hint: `set ociContainers.${option} to a network that nobody has`,
    };
  });
}

function isSame(subnet: Subnet, network: string): boolean {
  const other = subnetOf(network);
  return other !== null && other.first === subnet.first && other.last === subnet.last;
}

/** Who has a route to more than it, a VPN for one, can do without that part. */
function isWithin(subnet: Subnet, network: string): boolean {
  const other = subnetOf(network);
  return other !== null && overlaps(subnet, other) && other.prefix >= subnet.prefix;
}

interface Declared {
  readonly name: string;
  readonly text: string;
  readonly subnet: Subnet;
}

/** Of the bridges that root's engines make. */
function subnetsOf({ units }: Generation): Declared[] {
  return Object.values(units).flatMap((unit) => {
    const name = /^stowage-(?:podman|docker)-network@([^:]+)\.service$/.exec(unit.name)?.[1];
    const command = unit.sections.Service?.ExecStart;
    if (name === undefined || typeof command !== "object" || !("exec" in command)) return [];
    if (!command.exec.includes("--driver=bridge")) return [];
    return command.exec.flatMap((word) => {
      const text = /^--subnet=(.*)$/.exec(word)?.[1];
      const subnet = text === undefined ? null : subnetOf(text);
      return text === undefined || subnet === null ? [] : [{ name, text, subnet }];
    });
  });
}
