/** What of names containers of both kinds share; from a configuration, or from what a generation has kept of it. */
import { hostsEntries } from "../../network/index.ts";
import type { EngineSide } from "../../runtimes/host-network/index.ts";
import { type Networked, ownNetwork } from "../../runtimes/nspawn/index.ts";
import { hostsOf } from "../../runtimes/nspawn/names.ts";
import { engineBridges, type Found, namesParts, ociHosts } from "../../runtimes/oci/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { HostsEntry } from "../generation.ts";
import type { Parts } from "../piece.ts";

export interface Everybody {
  readonly containers: readonly Networked[];
  readonly oci: readonly Found[];
}

/** Lines of the host's hosts file. */
export const hostsOfAll = ({ containers, oci }: Everybody): HostsEntry[] => [
  ...containers.flatMap((container) => ownNetwork(container) ?? []).flatMap(hostsEntries),
  ...oci.flatMap((one) => ociHosts(one).entries),
];

/** Of containers that are found by name. Others are on networks of their engine's, which no address of ours is known in. */
export const engineSide = (oci: readonly Found[], engine: "podman" | "docker"): EngineSide =>
  oci.length === 0 ? { engine: null, bridges: [] } : { engine, bridges: engineBridges };

/** Nothing where no OCI container is found by name. */
export function namesPieces(layout: Layout, { containers, oci }: Everybody): Parts[] {
  if (oci.length === 0) return [];
  return [namesParts(layout, containers.map(hostsOf), oci)];
}
