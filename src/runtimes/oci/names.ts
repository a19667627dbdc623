/**
 * OCI containers and names: a fixed address on a network of ours, and one hosts file for all that are on it, which is
 * written in place when a container comes or goes: none that runs is touched. See docs/design/names.md.
 */
import { containersHosts, fullName, hostsText, type InHosts } from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { Unit } from "../../units/index.ts";
import { belowRun } from "../nspawn/paths.ts";
import { noStartLimit } from "../nspawn/service.ts";
import { restartTriggers } from "../nspawn/triggers.ts";
import type { OciContainer } from "./container.ts";

/** The network of containers that name none. */
export const defaultNetwork = "stowage";
/** Its interface on the host, with docker. */
export const dockerBridge = "stowage0";
/** Of the interfaces of both engines those that our containers may be behind. Podman 4.3 names its own, `podman1`. */
export const engineBridges: readonly string[] = [dockerBridge, "podman+"];

/** Where a container is found. */
export interface KnownPlace {
  readonly address: string;
  /** The host's address in the same network. */
  readonly gateway: string;
  /** Its host name inside. */
  readonly hostname: string;
  /** Of the host: bound as /etc/hosts. null: the engine makes one, of its own and what the container's options say. */
  readonly hostsFile: string | null;
}

export const namesUnit = "stowage-oci-names.service";

const liveDir = (layout: Layout): string => `${layout.run}/oci-names`;
/** What containers have bound: it must remain the same file. */
export const liveHosts = (layout: Layout): string => `${liveDir(layout)}/hosts`;
const declaredHosts = (layout: Layout): string => `${layout.etc}/oci-names/hosts`;

/** Options of `run`. `--mount`: docker would make a directory for a `-v` whose source is missing. */
export function nameArguments({ place, hostname }: Pick<OciContainer, "place" | "hostname">): string[] {
  if (place === null) return [];
  const { address, hostsFile } = place;
  return [
    `--ip=${address}`,
    `--mac-address=${macOf(address)}`,
    ...(hostsFile === null ? [] : [`--mount=type=bind,source=${hostsFile},target=/etc/hosts,readonly`]),
    // Else it is made up anew at each start, and nothing resolves it where the hosts file is ours.
    ...(hostsFile === null || hostname !== null ? [] : [`--hostname=${place.hostname}`]),
  ];
}

/** Podman's is another after each start: for ten seconds whoever has talked to it before would not find it. */
const macOf = (address: string): string =>
  `02:57:${address
    .split(".")
    .map((part) => Number.parseInt(part, 10).toString(16).padStart(2, "0"))
    .join(":")}`;

/** Units that a container wants, and starts after. */
export const nameUnits = ({ place }: Pick<OciContainer, "place">): string[] => (place === null ? [] : [namesUnit]);

/** What a container is found by, and where; what a generation has kept of it says it, too. */
export interface Found extends KnownPlace {
  readonly name: string;
}

/** Nothing where nobody but its engine knows its address. */
export const foundAt = ({ name, place }: Pick<OciContainer, "name" | "place">): Found[] =>
  place === null ? [] : [{ name, ...place }];

/** Lines of the hosts file, for the host and for containers of both kinds. */
export const ociHosts = ({ name, address }: Pick<Found, "name" | "address">): InHosts => ({
  name,
  entries: [{ address, names: [fullName(name)] }],
});

/** As the engines call the host. */
const hostInside = ["host.containers.internal", "host.docker.internal"];

/**
 * The file of names, and the unit that brings it to where containers see it.
 * @param systemContainers which are found by name too
 */
export function namesParts(layout: Layout, systemContainers: readonly InHosts[], found: readonly Found[]) {
  const hostnames = found.filter(({ name, hostname, hostsFile }) => hostsFile !== null && hostname !== name);
  const gateways = [...new Set(found.map(({ gateway }) => gateway))];
  const further = hostsText([
    ...hostnames.map(({ hostname, address }) => ({ address, names: [hostname] })),
    ...gateways.map((address) => ({ address, names: hostInside })),
  ]);
  const text = `${containersHosts([...systemContainers, ...found.map(ociHosts)])}${further}`;
  return { units: [namesService(layout, text)], files: [[declaredHosts(layout), text]] as [string, string][] };
}

function namesService(layout: Layout, text: string): Unit {
  const write = { exec: ["/usr/bin/cp", "--no-preserve=all", "--", declaredHosts(layout), liveHosts(layout)] };
  return {
    name: namesUnit,
    sections: {
      Unit: {
        Description: "Names of containers, for OCI containers",
        // Together with the last container.
        StopWhenUnneeded: true,
        ...noStartLimit,
        // A file that is renamed into place would not be seen by who has the former one bound.
        "X-Reload-Triggers": restartTriggers([text])["X-Restart-Triggers"] ?? "",
      },
      Service: {
        Type: "oneshot",
        RemainAfterExit: true,
        RuntimeDirectory: belowRun(liveDir(layout)),
        RuntimeDirectoryPreserve: "restart",
        ExecStart: write,
        ExecReload: write,
      },
    },
  };
}
