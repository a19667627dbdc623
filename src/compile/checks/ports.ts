/** Checks of ports of the host that lead into containers, of both kinds. */
import { doAddressesMeet, isChosen, type PortRange, parseAddress, parsePublished } from "../../network/index.ts";
import type { AcrossContainers } from "../across.ts";
import type { Problems } from "../problems.ts";
import { allLinks, linkOption } from "./links.ts";

/** A port is one container's, unless it is that of different addresses or interfaces. */
export function checkPorts(config: AcrossContainers, problems: Problems): void {
  const byProtocol = new Map<string, Claim[]>();
  for (const claim of [...forwarded(config), ...published(config)]) {
    const others = byProtocol.get(claim.protocol);
    if (others === undefined) byProtocol.set(claim.protocol, [claim]);
    else others.push(claim);
  }
  const clashes = [...byProtocol.values()].flatMap(clashesOf);
  for (const { other, own } of clashes.sort((a, b) => a.own.index - b.own.index)) addClash(other, own, problems);
}

/** Ports that somebody wants for a container. */
interface Claim {
  /** In the order in which they are looked at. */
  readonly index: number;
  /** As messages call it: `container web`. */
  readonly owner: string;
  readonly option: readonly string[];
  readonly protocol: string;
  readonly ports: PortRange;
  readonly address: string | null;
  readonly interface: string | null;
}

interface Clash {
  readonly other: Claim;
  readonly own: Claim;
}

function forwarded(config: AcrossContainers): Claim[] {
  return allLinks(config).flatMap((link) =>
    link.link.forwardPorts.map(({ protocol, hostPort, hostAddress, interface: by }, index) => ({
      index,
      owner: `container ${link.name}`,
      option: linkOption(link, "forwardPorts"),
      protocol,
      ports: { from: hostPort, to: hostPort },
      address: hostAddress === null ? null : (parseAddress(hostAddress)?.address ?? hostAddress),
      interface: by,
    })),
  );
}

function published({ ociContainers: { containers, pods = {} } }: AcrossContainers): Claim[] {
  const claims = (kind: "containers" | "pods", all: Readonly<Record<string, { readonly ports: readonly string[] }>>) =>
    Object.entries(all).flatMap(([name, { ports }]) =>
      claimsOf(`${kind === "pods" ? "pod" : "container"} ${name}`, ["ociContainers", kind, name, "ports"], ports),
    );
  return [...claims("containers", containers), ...claims("pods", pods)];
}

/** Of what an engine chooses it finds a free one itself. */
function claimsOf(owner: string, option: readonly string[], ports: readonly string[]): Claim[] {
  return ports.flatMap((text, index): Claim[] => {
    const port = parsePublished(text);
    const { protocol, address, host } = port;
    if (host === null || isChosen(port)) return [];
    return [{ index, owner, option, protocol, ports: host, address, interface: null }];
  });
}

/** Of each claim the first that it meets. */
function clashesOf(claims: readonly Claim[]): Clash[] {
  const sorted = claims.map((claim, index) => ({ ...claim, index })).sort((a, b) => a.ports.from - b.ports.from);
  const found = new Map<number, Clash>();
  let open: Claim[] = [];
  for (const claim of sorted) {
    open = open.filter(({ ports }) => ports.to >= claim.ports.from);
    for (const one of open.filter((one) => doMeet(one, claim))) {
      const [other, own] = one.index < claim.index ? [one, claim] : [claim, one];
      const known = found.get(own.index);
      if (known === undefined || known.other.index > other.index) found.set(own.index, { other, own });
    }
    open.push(claim);
  }
  return [...found.values()];
}

/** Whether there is a packet that both are for. */
const doMeet = (a: Claim, b: Claim): boolean =>
  (a.interface === null || b.interface === null || a.interface === b.interface) &&
  doAddressesMeet(a.address, b.address);

function addClash(other: Claim, own: Claim, problems: Problems): void {
  const from = Math.max(own.ports.from, other.ports.from);
  const to = Math.min(own.ports.to, other.ports.to);
  const port = `${from === to ? `port ${from}` : `ports ${from}-${to}`}/${own.protocol} of the host`;
  const isRestricted = [own, other].some((claim) => claim.address !== null || claim.interface !== null);
  problems.add(
    {
      code: "port-clash",
      message:
        other.owner === own.owner
          ? `${own.owner} forwards ${port} twice`
          : `${port} ${from === to ? "is" : "are"} forwarded to ${other.owner} and to ${own.owner}`,
      ...(isRestricted && { details: ["some packets are for both: neither address nor interface tells them apart"] }),
    },
    ...(other.option.join("\n") === own.option.join("\n") ? [own.option] : [other.option, own.option]),
  );
}
