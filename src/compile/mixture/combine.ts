/** A generation in which some containers are as others have them, some are not at all, and all else is as it is. */
import { linksAtBoot } from "../../runtimes/nspawn/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { AcrossContainers } from "../across.ts";
import { inBuildOrder } from "../build-order.ts";
import type { Generation } from "../generation.ts";
import { lazyGeneration } from "../lazy.ts";
import { hostsOfAll } from "../oci/shared-names.ts";
import { type Parts, pieceOf } from "../piece.ts";
import type { PlacesOf } from "../problems.ts";
import { broughtBack } from "./brought.ts";
import { type Conflict, conflicts, unitConflicts } from "./conflicts.ts";
import { mix } from "./mix.ts";
import { othersPiece } from "./others.ts";
import { type Owned, ownedBy } from "./owned.ts";
import { acrossOf } from "./read-back.ts";
import { everybodyOf, networkedOf, sharedPieces, unmarked } from "./shared.ts";

/** A container, and the generation that it is taken from. */
export interface Guest {
  readonly own: Owned;
  readonly from: Generation;
}

export interface Combination {
  readonly now: Generation;
  /** Each takes the place of the one of its name that `now` has. */
  readonly guests: readonly Guest[];
  /** Names of containers that are not in it. */
  readonly without?: readonly string[];
  /** Where what `now` was made from was written, for what is in each other's way. */
  readonly places?: PlacesOf;
}

/** @throws StowageError `other-version` where one of the generations is not understood */
export function combine(
  layout: Layout,
  { now, guests, without = [], places = () => [] }: Combination,
): { readonly generation: Generation; readonly conflicts: readonly Conflict[] } {
  const read = new Map<Generation, AcrossContainers>();
  const across = (generation: Generation): AcrossContainers => {
    const known = read.get(generation) ?? acrossOf(layout, generation);
    read.set(generation, known);
    return known;
  };
  const taken = new Map(guests.map(({ own, from }) => [own.part.name, across(from)] as const));
  const gone = new Set([...taken.keys(), ...without]);
  const mixed = mix(across(now), taken, gone);
  const others = Object.keys(now.containers).filter((other) => !gone.has(other));
  const owned = others.flatMap((other) => ownedBy(layout, now, other) ?? []);
  return {
    conflicts: [
      ...conflicts({ now: across(now), taken, mixed, places }),
      ...guests.flatMap((guest) => unitConflicts(guest, { owned, guests, now, gone })),
    ],
    generation: assemble(layout, { generation: now, across: across(now) }, mixed, owned, guests),
  };
}

function assemble(
  layout: Layout,
  now: { readonly generation: Generation; readonly across: AcrossContainers },
  mixed: AcrossContainers,
  stay: readonly Owned[],
  guests: readonly Guest[],
): Generation {
  const owned = [...stay, ...guests.map(({ own }) => own)];
  const made = new Set(Object.keys(mixed.networking.bridges));
  const networked = networkedOf(mixed);
  const linksOf = ({ part, links }: Owned): Readonly<Record<string, string>> => {
    if (part.kind === "oci") return links;
    const container = networked.find((one) => one.name === part.name);
    return container === undefined || !part.autoStart ? {} : linksAtBoot(container, made);
  };
  const ofKind = (kind: "system" | "oci") =>
    owned
      .filter(({ part }) => part.kind === kind)
      .sort((a, b) => (a.part.name < b.part.name ? -1 : 1))
      .map((one) => piece(one, linksOf));
  const isOwned = ownedNames(layout, now);
  return lazyGeneration(() => {
    const { shared, others } = sharedPieces(layout, now, mixed, isOwned);
    const brought = guests.map(({ own, from }) => broughtBack(layout, own, now.generation, from));
    const further = othersPiece(layout, others, brought, owned);
    return {
      // As `compile` puts them together.
      pieces: [...shared, ...ofKind("system"), ...further, ...ofKind("oci")].map(pieceOf),
      hosts: hostsOfAll(everybodyOf(mixed)),
      // What is the same by its name is the present one's: it may be fetched from elsewhere by now.
      systems: inBuildOrder(Object.assign({}, ...[...owned].reverse().map(({ systems }) => systems))),
    };
  });
}

const piece = (own: Owned, linksOf: (own: Owned) => Readonly<Record<string, string>>): Parts => ({
  part: own.part,
  units: own.units,
  unitLinks: linksOf(own),
  files: own.files.flatMap(([path, file]) => (file.editable ? [] : [[path, unmarked(path, file.text)] as const])),
  plain: own.files.filter(([, file]) => file.editable),
});

/** Of units, links and files of the present generation, whether they are a container's. */
function ownedNames(
  layout: Layout,
  { generation, across }: { readonly generation: Generation; readonly across: AcrossContainers },
): (name: string) => boolean {
  const made = new Set(Object.keys(across.networking.bridges));
  const names = new Set(networkedOf(across).flatMap((container) => Object.keys(linksAtBoot(container, made))));
  for (const name of Object.keys(generation.containers)) {
    const one = ownedBy(layout, generation, name);
    for (const unit of one?.units ?? []) names.add(unit.name);
    for (const [path] of one?.files ?? []) names.add(path);
    if (one?.part.kind === "oci") for (const link of Object.keys(one.links)) names.add(link);
  }
  return (name) => names.has(name);
}
