/** Checks of forwarded ports across containers. */
import { parseAddress } from "../../network/index.ts";
import type { AcrossContainers } from "../across.ts";
import type { LinkConfig } from "../networks.ts";
import type { Problems } from "../problems.ts";
import { allLinks, type LinkAt, linkOption } from "./links.ts";

/** A port is one container's, unless it is that of different addresses or interfaces. */
export function checkPorts(config: AcrossContainers, problems: Problems): void {
  const owners = { tcp: new Map<number, Owner[]>(), udp: new Map<number, Owner[]>() };
  for (const link of allLinks(config)) {
    for (const port of link.link.forwardPorts) {
      const others = owners[port.protocol].get(port.hostPort);
      if (others === undefined) {
        owners[port.protocol].set(port.hostPort, [{ link, port }]);
        continue;
      }
      const other = others.find((one) => meet(one.port, port));
      others.push({ link, port });
      if (other !== undefined) addClash(other, { link, port }, problems);
    }
  }
}

type Port = LinkConfig["forwardPorts"][number];

interface Owner {
  readonly link: LinkAt;
  readonly port: Port;
}

/** Whether there is a packet that both are for. */
const meet = (a: Port, b: Port): boolean =>
  (a.interface === null || b.interface === null || a.interface === b.interface) &&
  (a.hostAddress === null || b.hostAddress === null || canonical(a.hostAddress) === canonical(b.hostAddress));

const canonical = (address: string): string => parseAddress(address)?.address ?? address;

function addClash(other: Owner, own: Owner, problems: Problems): void {
  const port = `${own.port.hostPort}/${own.port.protocol}`;
  const isOne = other.link.name === own.link.name;
  const options = [linkOption(other.link, "forwardPorts"), linkOption(own.link, "forwardPorts")];
  const isRestricted = [own, other].some((one) => one.port.hostAddress !== null || one.port.interface !== null);
  problems.add(
    {
      code: "port-clash",
      message: isOne
        ? `container ${own.link.name} forwards port ${port} of the host twice`
        : `port ${port} of the host is forwarded to container ${other.link.name} and to container ${own.link.name}`,
      ...(isRestricted && {
        details: ["some packets are for both: neither hostAddress nor interface tells them apart"],
      }),
    },
    ...(other.link === own.link ? options.slice(0, 1) : options),
  );
}
