/** Checks of addresses and interfaces across containers. */
import { hostInterface } from "../../network/index.ts";
import type { HostConfig } from "../../options/index.ts";
import { endsOf } from "../networks.ts";
import { type Problems, showOption } from "../problems.ts";
import { at } from "./place.ts";

/** Host ends may share an address, since each link has its own route; what the container is reached by may not. */
export function checkAddresses(config: HostConfig, problems: Problems): void {
  const option = (name: string, end: "host" | "local", family: 4 | 6) =>
    at(name, `${end}Address${family === 6 ? "6" : ""}`);
  const ends = allEnds(config);
  const gateways = new Map(
    ends.flatMap(({ name, family, host }) => (host ? [[host.address, option(name, "host", family)] as const] : [])),
  );
  const owners = new Map<string, string[]>();
  for (const { name, family, local } of ends) {
    if (local === null) continue;
    const own = option(name, "local", family);
    const other = owners.get(local.address) ?? gateways.get(local.address);
    owners.set(local.address, own);
    if (other === undefined) continue;
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

const allEnds = (config: HostConfig) =>
  Object.entries(config.containers)
    .filter(([, container]) => container.privateNetwork)
    .flatMap(([name, container]) => endsOf(container).map((end) => ({ name, ...end })));

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
