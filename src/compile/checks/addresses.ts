/** Checks of addresses across containers. */
import type { LinkEnds } from "../../network/index.ts";
import type { AcrossContainers } from "../across.ts";
import { endsOf } from "../networks.ts";
import { type Problems, showOption } from "../problems.ts";
import { claim } from "./claim.ts";
import { allLinks, type LinkAt, linkOption } from "./links.ts";

/** Host ends may share an address, since each link has its own route; what the container is reached by may not. */
export function checkAddresses(config: AcrossContainers, problems: Problems): void {
  const ends = allEnds(config);
  const gateways = new Map<string, End>();
  for (const end of ends) if (end.ends.host !== null) gateways.set(end.ends.host.address, end);
  const owners = new Map<string, End>();
  for (const end of ends) {
    const { local } = end.ends;
    if (local === null) continue;
    const owner = claim(owners, local.address, end);
    const gateway = owner ?? gateways.get(local.address);
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

/** Of containers that have been given one already: two configurations may have given the same. */
export function checkPlaces({ ociContainers }: AcrossContainers, problems: Problems): void {
  const owners = new Map<string, string>();
  for (const [name, { place }] of Object.entries(ociContainers.containers)) {
    const owner = place ? claim(owners, place.address, name) : null;
    if (!place || !owner) continue;
    problems.add({ code: "address-clash", message: `${place.address} is the address of ${owner} and of ${name}` });
  }
}

/** A link's addresses of one family. */
interface End {
  readonly link: LinkAt;
  readonly ends: LinkEnds;
}

const optionOf = ({ link, ends }: End, end: "host" | "local"): string[] =>
  linkOption(link, `${end}Address${ends.family === 6 ? "6" : ""}`);

function allEnds(config: AcrossContainers): End[] {
  const all: End[] = [];
  for (const link of allLinks(config)) for (const ends of endsOf(link.link)) all.push({ link, ends });
  return all;
}
