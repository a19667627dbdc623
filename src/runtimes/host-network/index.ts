/** The host's own part of the network: bridges, and peace with those who also have to do with it. Pure. */
import type { Bridge } from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { Unit } from "../../units/index.ts";
import { linksOf, type SystemContainer } from "../nspawn/index.ts";
import { bridgeParts } from "./bridges.ts";
import { restoreParts } from "./restore.ts";

export interface HostNetworkParts {
  readonly units: readonly Unit[];
  readonly unitLinks: Readonly<Record<string, string>>;
  readonly files: readonly (readonly [path: string, text: string])[];
}

export function hostNetworkParts(
  layout: Layout,
  bridges: readonly Bridge[],
  containers: readonly SystemContainer[],
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
  const parts = [...bridges.map(bridgeParts), ...restored];
  return {
    units: parts.flatMap((part) => part.units),
    unitLinks: Object.assign({}, ...parts.map((part) => part.unitLinks)) as Record<string, string>,
    files: restored.flatMap((part) => part.files),
  };
}
