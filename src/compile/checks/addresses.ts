/** Checks of addresses and interfaces across containers. */
import { hostInterface, type LinkEnds } from "../../network/index.ts";
import type { HostConfig } from "../../options/index.ts";
import { endsOf } from "../networks.ts";
import { type Problems, showOption } from "../problems.ts";
import { at } from "./place.ts";

/** Host ends may share an address, since each link has its own route; what the container is reached by may not. */
export function checkAddresses(config: HostConfig, problems: Problems): void {
  const ends = allEnds(config);
  const gateways = new Map<string, End>();
  for (const end of ends) if (end.ends.host !== null) gateways.set(end.ends.host.address, end);
  const owners = new Map<string, End>();
  for (const end of ends) {
    const { local } = end.ends;
    if (local === null) continue;
    const owner = owners.get(local.address);
    const gateway = owner ?? gateways.get(local.address);
    owners.set(local.address, end);
    if (gateway === undefined) continue;
    // Only now: of nearly all addresses nobody asks for the option.
    const [own, other] = [optionOf(end, "local"), optionOf(gateway, owner ? "local" : "host")];
    problems.add(
      {
        code: "address-clash",
        message: `${local.address} is the address of ${showOption(other)} and of ${showOption(own)}`,
        hint: "give each container an address of its own",
      },
      other,
      own,
    );
  }
}

/** A container's addresses of one family. */
interface End {
  readonly name: string;
  readonly ends: LinkEnds;
}

const optionOf = ({ name, ends }: End, end: "host" | "local"): string[] =>
  at(name, `${end}Address${ends.family === 6 ? "6" : ""}`);

function allEnds(config: HostConfig): End[] {
  const all: End[] = [];
  for (const [name, container] of Object.entries(config.containers)) {
    if (container.privateNetwork) for (const ends of endsOf(container)) all.push({ name, ends });
  }
  return all;
}

/** Shortened names carry a hash of 30 bits: a clash is unlikely, and would be silent. */
export function checkInterfaces(config: HostConfig, problems: Problems): void {
  const owners = new Map<string, string>();
  for (const [name, container] of Object.entries(config.containers)) {
    if (!container.privateNetwork) continue;
    const link = hostInterface(name).name;
    const other = owners.get(link);
    owners.set(link, name);
    if (other === undefined) continue;
    problems.add(
      {
        code: "interface-clash",
        message: `containers ${other} and ${name} would both have the interface ${link}`,
        hint: "rename one",
      },
      at(other),
      at(name),
    );
  }
}
