/** What containers say that others care about, of more than one generation. */
import type { AcrossContainers } from "../across.ts";

/**
 * A bridge that nobody declares any more comes with the container that is on it; one that is declared stays as it is.
 * @param taken where each container is taken from
 * @param gone names of what `now` has and is not to have: those that are taken, too
 */
export function mix(
  now: AcrossContainers,
  taken: ReadonlyMap<string, AcrossContainers>,
  gone: ReadonlySet<string>,
): AcrossContainers {
  const entries = [...taken];
  const stay = without(now.ociContainers.containers, gone);
  const oci = entries.flatMap(([name, from]) => {
    const own = from.ociContainers.containers[name];
    return own === undefined ? [] : [{ name, own, backend: from.ociContainers.backend }];
  });
  const bridges = entries.flatMap(([name, from]) => bridgesUnder(name, from)).reverse();
  return {
    containers: {
      ...without(now.containers, gone),
      ...Object.fromEntries(entries.flatMap(([name, from]) => entryOf(from.containers, name))),
    },
    ociContainers: {
      ...now.ociContainers,
      // Of none at all it is not known.
      ...(Object.keys(stay).length === 0 && oci[0] !== undefined && { backend: oci[0].backend }),
      containers: { ...stay, ...Object.fromEntries(oci.map(({ name, own }) => [name, own])) },
    },
    networking: { bridges: { ...Object.fromEntries(bridges), ...now.networking.bridges } },
  };
}

/** Those that a container is on. */
function bridgesUnder(name: string, { containers, networking }: AcrossContainers) {
  const own = containers[name];
  const links = own === undefined ? [] : [own, ...Object.values(own.extraVeths)];
  const needed = links.flatMap(({ hostBridge }) => hostBridge ?? []);
  return Object.entries(networking.bridges).filter(([bridge]) => needed.includes(bridge));
}

const entryOf = <T>(record: Readonly<Record<string, T>>, name: string): [string, T][] => {
  const value = record[name];
  return value === undefined ? [] : [[name, value]];
};

/** It may have been of the other kind. */
const without = <T>(record: Readonly<Record<string, T>>, names: ReadonlySet<string>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !names.has(key)));
