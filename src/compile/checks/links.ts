/** Links as the options say them, for checks: a container's main one, and its further ones. */
import type { AcrossContainer, AcrossContainers } from "../across.ts";
import type { LinkConfig } from "../networks.ts";
import { at } from "./place.ts";

export interface LinkAt {
  /** The container. */
  readonly name: string;
  /** The further link's name, or null: the main link. */
  readonly extra: string | null;
  readonly link: LinkConfig;
}

/** The option `option` of a link. */
export const linkOption = ({ name, extra }: LinkAt, ...option: string[]): string[] =>
  extra === null ? at(name, ...option) : at(name, "extraVeths", extra, ...option);

/** Of one container; the main link only where there is one. */
export function linksAt(name: string, container: AcrossContainer): LinkAt[] {
  const all: LinkAt[] = container.privateNetwork ? [{ name, extra: null, link: container }] : [];
  for (const extra of Object.keys(container.extraVeths)) {
    const link = container.extraVeths[extra];
    if (link !== undefined) all.push({ name, extra, link });
  }
  return all;
}

const found = new WeakMap<AcrossContainers, LinkAt[]>();

/** Of all containers; looked for once. */
export function allLinks(config: AcrossContainers): readonly LinkAt[] {
  const known = found.get(config);
  if (known !== undefined) return known;
  const all: LinkAt[] = [];
  found.set(config, all);
  for (const [name, container] of Object.entries(config.containers)) all.push(...linksAt(name, container));
  return all;
}
