/**
 * A generation in which one container is as another generation has it, and everything else as it is: what rolling back
 * one container makes. Where a configuration says the same it is the very generation that this is compiled to.
 */
import { StowageError } from "../../error.ts";
import { linksAtBoot } from "../../runtimes/nspawn/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { AcrossContainers } from "../across.ts";
import { inBuildOrder } from "../build-order.ts";
import type { Generation } from "../generation.ts";
import { lazyGeneration } from "../lazy.ts";
import { hostsOfAll } from "../oci/shared-names.ts";
import { type Parts, pieceOf } from "../piece.ts";
import { type Brought, broughtBack } from "./brought.ts";
import { conflicts, unitConflicts } from "./conflicts.ts";
import { type Owned, ownedBy } from "./owned.ts";
import { acrossOf } from "./read-back.ts";
import { everybodyOf, networkedOf, sharedPieces, unmarked } from "./shared.ts";

/**
 * @param now what the machine has
 * @param then has the container
 * @returns with {@link Generation.asIn}
 * @throws StowageError with everything that cannot be at once; `other-version` where one of the generations is not understood
 */
export function mixture(
  layout: Layout,
  now: Generation,
  then: { readonly number: number; readonly generation: Generation },
  name: string,
): Generation {
  const own = ownedBy(layout, then.generation, name);
  if (own === null) throw new Error(`no container ${name} in generation ${then.number}`);
  const [nowAcross, thenAcross] = [acrossOf(layout, now), acrossOf(layout, then.generation)];
  const mixed = mix(nowAcross, thenAcross, name);
  const others = Object.keys(now.containers).filter((other) => other !== name);
  const owned = others.flatMap((other) => ownedBy(layout, now, other) ?? []);
  const problems = [
    ...conflicts({ now: nowAcross, former: thenAcross, mixed, name }),
    ...unitConflicts(own, owned, { now, former: then.generation }),
  ];
  if (problems.length > 0) {
    const hint = `\`stowage rollback ${then.number}\` brings back all of generation ${then.number}; or change host.ts, and switch`;
    throw new StowageError(
      problems.map(({ code, message, details = [] }) => ({
        code,
        message: `container ${name} cannot be as in generation ${then.number} with all else as it is: ${message}`,
        details,
        hint,
      })),
    );
  }
  const brought = broughtBack(layout, own, now, then.generation);
  const generation = assemble(layout, { generation: now, across: nowAcross }, mixed, [...owned, own], brought);
  const { [name]: _, ...asIn } = now.asIn ?? {};
  // Of a generation that has the container from another one, it is that one's.
  const origin = then.generation.asIn?.[name] ?? then.number;
  return Object.freeze({ ...generation, asIn: Object.freeze({ ...asIn, [name]: origin }) });
}

/** A bridge that nobody declares any more comes back with the container that is on it. */
function mix(now: AcrossContainers, then: AcrossContainers, name: string): AcrossContainers {
  const own = then.containers[name];
  const oci = then.ociContainers.containers[name];
  const links = own === undefined ? [] : [own, ...Object.values(own.extraVeths)];
  const needed = links.flatMap(({ hostBridge }) => hostBridge ?? []);
  const bridges = Object.entries(then.networking.bridges).filter(([bridge]) => needed.includes(bridge));
  return {
    containers: { ...without(now.containers, name), ...(own && { [name]: own }) },
    ociContainers: {
      ...now.ociContainers,
      containers: { ...without(now.ociContainers.containers, name), ...(oci && { [name]: oci }) },
    },
    networking: { bridges: { ...Object.fromEntries(bridges), ...now.networking.bridges } },
  };
}

/** It may have been of the other kind. */
const without = <T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));

function assemble(
  layout: Layout,
  now: { readonly generation: Generation; readonly across: AcrossContainers },
  mixed: AcrossContainers,
  owned: readonly Owned[],
  brought: Brought,
): Generation {
  const made = new Set(Object.keys(mixed.networking.bridges));
  const networked = networkedOf(mixed);
  const linksOf = ({ part, links }: Owned): Readonly<Record<string, string>> => {
    if (part.kind === "oci") return links;
    const container = networked.find((one) => one.name === part.name);
    return container === undefined || !part.autoStart ? {} : linksAtBoot(container, made);
  };
  const pieces = [...owned].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).map((one) => piece(one, linksOf));
  const isOwned = ownedNames(layout, now);
  return lazyGeneration(() => ({
    pieces: [...sharedPieces(layout, now, mixed, isOwned), ...broughtPieces(brought), ...pieces].map(pieceOf),
    hosts: hostsOfAll(everybodyOf(mixed)),
    // What is the same by its name is the present one's: it may be fetched from elsewhere by now.
    systems: inBuildOrder(Object.assign({}, ...[...owned].reverse().map(({ systems }) => systems))),
  }));
}

const broughtPieces = ({ units, files }: Brought): Parts[] =>
  units.length === 0
    ? []
    : [{ units, unitLinks: {}, files: files.map(([path, { text }]) => [path, unmarked(path, text)] as const) }];

/** As `compile` puts them together. */
const rank = ({ part }: Owned): string => `${part.kind === "oci" ? 1 : 0} ${part.name}`;

const piece = (own: Owned, linksOf: (own: Owned) => Readonly<Record<string, string>>): Parts => ({
  part: own.part,
  units: own.units,
  unitLinks: linksOf(own),
  files: own.files.map(([path, { text }]) => [path, unmarked(path, text)] as const),
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
