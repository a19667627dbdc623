/** What containers share: made for a mixture, and otherwise left as it was. */
import { hostNetworkParts } from "../../runtimes/host-network/index.ts";
import { type Networked, sharedParts } from "../../runtimes/nspawn/index.ts";
import { foundAt, ociHosts } from "../../runtimes/oci/index.ts";
import type { Layout } from "../../store/layout.ts";
import { render, type Unit } from "../../units/index.ts";
import type { AcrossContainers } from "../across.ts";
import { bridgesOf } from "../bridges.ts";
import type { Generation } from "../generation.ts";
import { networkFor } from "../networks.ts";
import { type Everybody, engineSide, namesPieces } from "../oci/shared-names.ts";
import { markBefore, type Parts } from "../piece.ts";

/** As what is shared is made from them, in the order of their names. */
export const networkedOf = ({ containers }: AcrossContainers): Networked[] =>
  Object.entries(containers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, one]) => ({ name, network: networkFor(name, one), copyResolvConf: one.copyResolvConf }));

/** All whom somebody finds by name. */
export const everybodyOf = (across: AcrossContainers): Everybody => ({
  containers: networkedOf(across),
  oci: Object.entries(across.ociContainers.containers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { place = null }]) => foundAt({ name, place })),
});

export type Shared = Required<Omit<Parts, "part" | "plain">>;

/**
 * The pieces of a generation that are nobody's alone. What a mixture makes no difference to is kept to the letter: a
 * former version of Stowage may have said it in other words.
 * @param isOwned whether a unit, link or file of `now` is a container's
 * @returns also what `now` has beside all that
 */
export function sharedPieces(
  layout: Layout,
  now: { readonly generation: Generation; readonly across: AcrossContainers },
  mixed: AcrossContainers,
  isOwned: (name: string) => boolean,
): { readonly shared: readonly Shared[]; readonly others: Shared } {
  const [before, wanted] = [piecesFor(layout, now.across), piecesFor(layout, mixed)];
  const known = merged(before);
  const { units, unitLinks, files } = now.generation;
  const isUnknown = (kind: ReadonlyMap<string, string>) => (name: string) => !kind.has(name) && !isOwned(name);
  // Before the first switch there is nothing, not even what a configuration without any container has.
  const isNothing = Object.keys(units).length + Object.keys(files).length === 0;
  return {
    shared: isNothing ? wanted : wanted.map((piece) => kept(piece, known, now.generation)),
    others: {
      units: Object.keys(units)
        .filter(isUnknown(known.units))
        .flatMap((name) => units[name] ?? []),
      unitLinks: Object.fromEntries(Object.entries(unitLinks).filter(([link]) => isUnknown(known.unitLinks)(link))),
      files: Object.entries(files)
        .filter(([path]) => isUnknown(known.files)(path))
        .map(([path, { text }]) => [path, unmarked(path, text)] as const),
    },
  };
}

function piecesFor(layout: Layout, across: AcrossContainers): Shared[] {
  const everybody = everybodyOf(across);
  const { containers, oci } = everybody;
  return [
    { unitLinks: {}, ...sharedParts(layout, containers, oci.map(ociHosts)) },
    { ...hostNetworkParts(layout, bridgesOf(across), containers, engineSide(oci, across.ociContainers.backend)) },
    ...namesPieces(layout, everybody).map((piece) => ({ unitLinks: {}, ...piece })),
  ];
}

interface Known {
  readonly units: ReadonlyMap<string, string>;
  readonly unitLinks: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, string>;
}

const merged = (pieces: readonly Shared[]): Known => ({
  units: new Map(pieces.flatMap(({ units }) => units.map((unit) => [unit.name, render(unit)] as const))),
  unitLinks: new Map(pieces.flatMap(({ unitLinks }) => Object.entries(unitLinks))),
  files: new Map(pieces.flatMap(({ files }) => files)),
});

/** Of what is made alike before and after: what the generation has by that name, be it nothing. */
function kept(piece: Shared, known: Known, { units, unitLinks, files }: Generation): Shared {
  return {
    units: piece.units.flatMap((unit): Unit | readonly Unit[] =>
      known.units.get(unit.name) === render(unit) ? (units[unit.name] ?? []) : unit,
    ),
    unitLinks: Object.fromEntries(
      Object.entries(piece.unitLinks).flatMap(([link, target]) => {
        const is = known.unitLinks.get(link) === target ? unitLinks[link] : target;
        return is === undefined ? [] : [[link, is]];
      }),
    ),
    files: piece.files.flatMap(([path, text]) => {
      const is = known.files.get(path) === text ? files[path] && unmarked(path, files[path].text) : text;
      return is === undefined ? [] : [[path, is] as const];
    }),
  };
}

/** Pieces are put together from texts without the mark. */
export function unmarked(path: string, text: string): string {
  const mark = markBefore(path);
  return text.startsWith(mark) ? text.slice(mark.length) : text;
}
