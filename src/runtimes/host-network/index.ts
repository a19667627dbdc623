/** The host's own part of the network: bridges, and peace with those who also have to do with it. Pure. */
import type { Bridge, ContainerSide, Link } from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { Unit } from "../../units/index.ts";
import { linksOf, type Networked } from "../nspawn/index.ts";
import { bridgeParts } from "./bridges.ts";
import { dockerParts } from "./docker.ts";
import { type EngineSide, noEngine } from "./engine-side.ts";
import { forwardingParts } from "./forwarding.ts";
import { managerFiles } from "./managers.ts";
import { restoreParts } from "./restore.ts";

export type { EngineSide } from "./engine-side.ts";

export interface HostNetworkParts {
  readonly units: readonly Unit[];
  readonly unitLinks: Readonly<Record<string, string>>;
  readonly files: readonly (readonly [path: string, text: string])[];
}

export function hostNetworkParts(
  layout: Layout,
  bridges: readonly Bridge[],
  containers: readonly Networked[],
  engine: EngineSide = noEngine,
): HostNetworkParts {
  const links = containers.flatMap(linksOf);
  const names = new Set([...bridges.map(({ name }) => name), ...links.flatMap(({ bridge }) => bridge ?? [])]);
  const restored = [...names].sort().map((name) =>
    restoreParts(
      layout,
      name,
      bridges.find((bridge) => bridge.name === name) ?? null,
      links.filter((link) => link.bridge === name),
    ),
  );
  const side = containerSide(bridges, links, engine);
  const others = [dockerParts(layout, side), forwardingParts(layout, links, side, engine)];
  const parts = [...bridges.map(bridgeParts), ...restored, ...others];
  return {
    units: parts.flatMap((part) => part.units),
    unitLinks: Object.assign({}, ...parts.map((part) => part.unitLinks)) as Record<string, string>,
    files: [...managerFiles(bridges, links, engine.bridges), ...[...restored, ...others].flatMap((part) => part.files)],
  };
}

/** A bridge that we made and that has no other ports joins only containers. */
function containerSide(bridges: readonly Bridge[], links: readonly Link[], engine: EngineSide): ContainerSide {
  const closed = bridges.filter(({ interfaces }) => interfaces.length === 0).map(({ name }) => name);
  const used = new Set(links.flatMap(({ bridge }) => bridge ?? []));
  const direct = links.filter(({ bridge }) => bridge === null).map((link) => link.interface.name);
  return {
    links: [...direct, ...closed.filter((name) => used.has(name))].sort(),
    bridges: [...used].filter((name) => !closed.includes(name)).sort(),
    // Among themselves and to the world their engine lets them pass; it knows no other container.
    engines: links.length > 0 ? engine.bridges : [],
  };
}
