/** `networking.firewall` of a container's system as its rules, and what of it is probably not meant. */
import type { Problem } from "../error.ts";
import { type Firewall, isOpen, joinRanges, type PortRange } from "../network/index.ts";
import type { ContainerConfig, HostConfig, SystemConfig } from "../options/index.ts";
import { linkOption, linksAt } from "./checks/links.ts";
import { type PlacesOf, showOption } from "./problems.ts";

type Options = SystemConfig["networking"]["firewall"];

/** null where there is none. */
export function firewallOf({ config }: Pick<ContainerConfig, "config">): Firewall | null {
  const options = config?.networking.firewall;
  if (!options?.enable) return null;
  return {
    tcp: openPorts(options.allowedTCPPorts, options.allowedTCPPortRanges),
    udp: openPorts(options.allowedUDPPorts, options.allowedUDPPortRanges),
    ping: options.allowPing,
    trusted: [...new Set(options.trustedInterfaces)].sort(),
    reject: options.rejectPackets,
  };
}

const openPorts = (ports: readonly number[], ranges: readonly PortRange[]): PortRange[] =>
  joinRanges([...ports.map((port) => ({ from: port, to: port })), ...ranges]);

/** Options that open something. */
const opening = [
  "allowedTCPPorts",
  "allowedUDPPorts",
  "allowedTCPPortRanges",
  "allowedUDPPortRanges",
  "trustedInterfaces",
] as const satisfies readonly (keyof Options)[];

export function firewallWarnings(config: HostConfig, placesOf: PlacesOf): Problem[] {
  return Object.entries(config.containers).flatMap(([name, container]) => {
    const options = container.config?.networking.firewall;
    if (options === undefined) return [];
    return options.enable ? closedForwards(name, container, placesOf) : openedNothing(name, options, placesOf);
  });
}

const firewallAt = (name: string, option: string): string[] => [
  ...["containers", name, "config", "networking", "firewall"],
  option,
];

function openedNothing(name: string, options: Options, placesOf: PlacesOf): Problem[] {
  const given = opening.filter((option) => options[option].length > 0);
  if (given[0] === undefined) return [];
  return [
    {
      code: "firewall-off",
      message: `container ${name} opens ports in a firewall that is off: all of its ports are open`,
      hint: `set ${showOption(firewallAt(name, "enable"))} = true, or remove ${given.join(" and ")}`,
      option: firewallAt(name, given[0]),
      places: given.flatMap((one) => placesOf(firewallAt(name, one))),
    },
  ];
}

function closedForwards(name: string, container: ContainerConfig, placesOf: PlacesOf): Problem[] {
  const firewall = firewallOf(container);
  if (firewall === null) return [];
  return linksAt(name, container).flatMap((link) => {
    const inside = link.extra ?? "eth0";
    if (firewall.trusted.includes(inside)) return [];
    return link.link.forwardPorts.flatMap(({ protocol, hostPort, containerPort }): Problem[] => {
      const port = containerPort ?? hostPort;
      if (isOpen(firewall, protocol, port)) return [];
      const option = linkOption(link, "forwardPorts");
      const list = protocol === "tcp" ? "allowedTCPPorts" : "allowedUDPPorts";
      const options = container.config?.networking.firewall;
      // Where nobody opens any, where the firewall is switched on.
      const decided = firewallAt(name, options?.[list].length === 0 ? "enable" : list);
      return [
        {
          code: "forwarded-port-closed",
          message: `port ${hostPort}/${protocol} of the host leads to port ${port} of container ${name}, which its firewall closes`,
          hint: `add ${port} to ${showOption(firewallAt(name, list))}`,
          option,
          places: [...placesOf(option), ...placesOf(decided)],
        },
      ];
    });
  });
}
