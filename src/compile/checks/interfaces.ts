/** Checks of interfaces across containers: those of the host that they take, and those that they make. */
import { mainInterface } from "../../network/index.ts";
import type { AcrossContainers } from "../across.ts";
import { type Problems, showOption } from "../problems.ts";
import { claim } from "./claim.ts";
import { allLinks, type LinkAt, linkOption } from "./links.ts";
import { at } from "./place.ts";

export function checkInterfaces(config: AcrossContainers, problems: Problems): void {
  const links = allLinks(config);
  const made = checkMade(links, problems);
  const moved = checkMoved(config, made, problems);
  checkUsed(config, moved, problems);
  checkMacs(links, problems);
}

/** A name on the host, and the option that it comes from. */
type Owners = Map<string, string[]>;

/** Shortened names carry a hash of 30 bits: a clash is unlikely, and would be silent. */
function checkMade(links: readonly LinkAt[], problems: Problems): Owners {
  const owners: Owners = new Map();
  for (const link of links) {
    const name = link.extra ?? mainInterface(link.name, link.link.hostBridge).name;
    const own = link.extra === null ? at(link.name) : linkOption(link);
    const other = claim(owners, name, own);
    if (other === undefined) continue;
    problems.add(
      {
        code: "interface-clash",
        message:
          other.length === 2 && own.length === 2
            ? `containers ${other[1]} and ${own[1]} would both have the interface ${name}`
            : `${showOption(other)} and ${showOption(own)} would both have the interface ${name} on the host`,
        hint: "rename one",
      },
      other,
      own,
    );
  }
  return owners;
}

/** An interface can be in one place only. */
function checkMoved(config: AcrossContainers, made: Owners, problems: Problems): Owners {
  const owners: Owners = new Map();
  for (const [name, { interfaces }] of Object.entries(config.containers)) {
    for (const moved of new Set(interfaces)) {
      const own = at(name, "interfaces");
      const other = claim(owners, moved, own) ?? made.get(moved);
      if (other === undefined) continue;
      problems.add(
        {
          code: "interface-clash",
          message: `the interface ${moved} is in ${showOption(other)} and in ${showOption(own)}`,
          hint: "an interface can be in one place only: remove it from one of them",
        },
        other,
        own,
      );
    }
  }
  return owners;
}

/** What is handed over can be neither a bridge for others, nor the parent of macvlans, nor where ports come in. */
function checkUsed(config: AcrossContainers, moved: Owners, problems: Problems): void {
  if (moved.size === 0) return;
  const uses: [name: string, option: string[]][] = [];
  for (const [name, { macvlans }] of Object.entries(config.containers))
    for (const parent of new Set(macvlans)) uses.push([parent, at(name, "macvlans")]);
  for (const link of allLinks(config)) {
    if (link.link.hostBridge !== null) uses.push([link.link.hostBridge, linkOption(link, "hostBridge")]);
    for (const { interface: device } of link.link.forwardPorts)
      if (device !== null) uses.push([device, linkOption(link, "forwardPorts")]);
  }
  for (const [name, option] of uses) {
    const owner = moved.get(name);
    if (owner === undefined) continue;
    problems.add(
      {
        code: "interface-clash",
        message: `the interface ${name} of ${showOption(option)} is not the host's any more: it is in ${showOption(owner)}`,
        hint: "use another interface, or leave this one with the host",
      },
      option,
      owner,
    );
  }
}

/** Derived ones differ by themselves. */
function checkMacs(links: readonly LinkAt[], problems: Problems): void {
  const owners: Owners = new Map();
  for (const link of links) {
    const mac = link.link.localMacAddress?.toLowerCase();
    if (mac === undefined) continue;
    const own = linkOption(link, "localMacAddress");
    const other = claim(owners, mac, own);
    if (other === undefined) continue;
    problems.add(
      {
        code: "mac-clash",
        message: `${mac} is the MAC address of ${showOption(other)} and of ${showOption(own)}`,
        hint: "give each link an address of its own, or leave the option out",
      },
      other,
      own,
    );
  }
}
