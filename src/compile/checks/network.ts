/** Checks of one container's network. */
import { types } from "../../modules/index.ts";
import { parseAddress } from "../../network/index.ts";
import type { ContainerConfig } from "../../options/index.ts";
import { addressOptions, endsOf, hasOwnNetwork, type LinkConfig, networkFor } from "../networks.ts";
import { type Problems, showOption } from "../problems.ts";
import { claim } from "./claim.ts";
import { type LinkAt, linkOption, linksAt } from "./links.ts";
import { at } from "./place.ts";

export function checkNetwork(name: string, container: ContainerConfig, problems: Problems): void {
  if (container.networkNamespace !== null) checkJoined(name, container, problems);
  else if (!container.privateNetwork) checkWithoutLink(name, container, problems);
  for (const link of linksAt(name, container)) {
    checkEnds(link, problems);
    checkForwards(link, problems);
  }
  if (hasOwnNetwork(container)) checkInside(name, container, problems);
}

/** Options that say something of the main link. */
const linkOptions = ["hostBridge", ...addressOptions, "localMacAddress"] as const;

const givenIn = (link: LinkConfig) => linkOptions.filter((option) => link[option] !== null);

function checkJoined(name: string, container: ContainerConfig, problems: Problems): void {
  const given = [
    ...(container.privateNetwork ? ["privateNetwork"] : []),
    ...givenIn(container),
    ...(["forwardPorts", "macvlans", "interfaces"] as const).filter((option) => container[option].length > 0),
    ...(Object.keys(container.extraVeths).length > 0 ? ["extraVeths"] : []),
  ];
  if (given.length === 0) return;
  problems.add(
    {
      code: "network-in-namespace",
      message: `container ${name} joins a network namespace, and has ${given.join(" and ")}`,
      details: ["what is in that namespace is the business of whoever made it"],
      hint: `remove ${showOption(at(name, "networkNamespace"))}, or all of the others`,
    },
    at(name, "networkNamespace"),
    ...given.map((option) => at(name, option)),
  );
}

/** Without a main link. */
function checkWithoutLink(name: string, container: ContainerConfig, problems: Problems): void {
  const given = givenIn(container);
  const why = hasOwnNetwork(container) ? "has no link for it: privateNetwork is false" : "shares the host's network";
  if (given.length > 0) {
    problems.add(
      {
        code: "address-without-network",
        message: `container ${name} has ${given.join(" and ")}, but ${why}`,
        hint: `set ${showOption(at(name, "privateNetwork"))} = true, or remove ${given.join(" and ")}`,
      },
      ...given.map((option) => at(name, option)),
    );
  }
  if (container.forwardPorts.length === 0) return;
  problems.add(
    {
      code: "port-without-address",
      message: `container ${name} forwards ports, but ${why}`,
      hint: hasOwnNetwork(container)
        ? "move forwardPorts into the link that they shall lead by, or give the container a privateNetwork"
        : "its ports are the host's already: remove forwardPorts, or give it a privateNetwork",
    },
    at(name, "forwardPorts"),
  );
}

/** "container web", "extraVeths.veth1 of container web". */
const shown = ({ name, extra }: LinkAt): string =>
  `${extra === null ? "" : `${showOption(["extraVeths", extra])} of `}container ${name}`;

function checkEnds(at: LinkAt, problems: Problems): void {
  const { link } = at;
  for (const { family, host, local } of endsOf(link)) {
    if (host === null) continue;
    const suffix = family === 6 ? "6" : "";
    const option = linkOption(at, `hostAddress${suffix}`);
    if (link.hostBridge !== null) {
      problems.add(
        {
          code: "bridge-with-address",
          message: `${shown(at)} has hostBridge ${JSON.stringify(link.hostBridge)} and hostAddress${suffix} ${host.address}`,
          details: ["the host's end of a link on a bridge has no address: the bridge has the host's"],
          hint: `remove one of them; the bridge's addresses are ${showOption(["networking", "bridges", link.hostBridge, "addresses"])}`,
        },
        linkOption(at, "hostBridge"),
        option,
      );
    } else if (local === null) {
      problems.add(
        {
          code: "host-address-alone",
          message: `${shown(at)} has hostAddress${suffix} without localAddress${suffix}`,
          hint: "a link has two ends: give both addresses",
        },
        option,
      );
    }
  }
}

function checkForwards(at: LinkAt, problems: Problems): void {
  const { forwardPorts, localAddress, localAddress6 } = at.link;
  const option = () => linkOption(at, "forwardPorts");
  if (forwardPorts.length > 0 && localAddress === null && localAddress6 === null) {
    problems.add(
      {
        code: "port-without-address",
        message: `${shown(at)} forwards ports, but has no address of its own`,
        hint: "give it a localAddress",
      },
      option(),
    );
    return;
  }
  for (const { protocol, hostPort, hostAddress } of forwardPorts) {
    const address = hostAddress === null ? null : parseAddress(hostAddress);
    if (address === null) continue;
    if (address.address === "0.0.0.0" || address.address === "::") {
      problems.add(
        {
          code: "port-of-no-address",
          message: `${shown(at)} forwards port ${hostPort}/${protocol} of ${address.address}, which is no address of a host`,
          hint: "leave hostAddress out: the port is then that of every address",
        },
        option(),
      );
    } else if (protocol === "udp" && (address.family === 4 ? localAddress : localAddress6) === null) {
      problems.add(
        {
          code: "port-of-other-family",
          message: `${shown(at)} forwards port ${hostPort}/udp of ${address.address}, but has no IPv${address.family} address`,
          details: ["nothing leads UDP from one address family into the other"],
          hint: `give it a localAddress${address.family === 6 ? "6" : ""}`,
        },
        option(),
      );
    }
  }
}

/** Interfaces by their names inside. */
function checkInside(name: string, container: ContainerConfig, problems: Problems): void {
  for (const extra of Object.keys(container.extraVeths)) {
    if (types.interfaceName.check(extra)) continue;
    problems.add(
      {
        code: "bad-interface-name",
        message: `${JSON.stringify(extra)} cannot be the name of a link of container ${name}`,
        details: ["a name of a network interface is 1 to 15 letters, digits, `_`, `.` and `-`, not beginning with `-`"],
      },
      at(name, "extraVeths", extra),
    );
  }
  // A main link alone is called eth0.
  if (Object.keys(container.extraVeths).length + container.macvlans.length + container.interfaces.length === 0) return;
  const network = networkFor(name, container);
  if (network.kind !== "own") return;
  const { links, macvlans, interfaces } = network.network;
  const owners = new Map<string, string[]>([["lo", []]]);
  const named: (readonly [inside: string, option: string[]])[] = [
    ...links.map(({ inside, interface: own }) =>
      own.name === inside
        ? ([inside, at(name, "extraVeths", inside)] as const)
        : ([inside, at(name, "privateNetwork")] as const),
    ),
    ...macvlans.map((macvlan) => [macvlan.name, at(name, "macvlans")] as const),
    ...interfaces.map((moved) => [moved, at(name, "interfaces")] as const),
  ];
  for (const [inside, own] of named) {
    const other = claim(owners, inside, own);
    if (other === undefined) continue;
    problems.add(
      {
        code: "interface-clash",
        message: `container ${name} would have two interfaces ${inside} inside`,
        hint: inside === "lo" ? "lo is in every network: choose another name" : "rename one, or remove one",
      },
      ...(other.length > 0 ? [other] : []),
      own,
    );
  }
}
