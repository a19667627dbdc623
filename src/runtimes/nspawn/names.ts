/**
 * How containers find names: the host's name servers, and each other. Two small directories that they see read-only, so
 * that what changes on the host is seen inside at once. See docs/design/names.md.
 */
import { containersHosts, hostsEntries, type InHosts } from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { Unit } from "../../units/index.ts";
import { type Networked, ownNetwork, type SystemContainer } from "./container.ts";
import { belowRun, type FileText } from "./paths.ts";
import { resolvProgram, resolvSources } from "./resolv.ts";
import { noStartLimit } from "./service.ts";
import { restartTriggers } from "./triggers.ts";

/** Inside. */
export const insideHosts = "/run/names/hosts";
export const insideResolv = "/run/resolv/resolv.conf";

export const resolvUnit = "stowage-resolv.service";
const watchUnit = "stowage-resolv.path";
const againUnit = "stowage-resolv-again.service";

const namesDir = (layout: Layout): string => `${layout.etc}/names`;
const resolvDir = (layout: Layout, network: "host" | "own"): string => `${layout.run}/resolv/${network}`;
const programFile = (layout: Layout): string => `${layout.etc}/resolv.awk`;

/** What is bound, as pairs. No ids to map: everybody may read it, and file systems in memory often cannot. */
export function nameBinds(layout: Layout, container: SystemContainer): (readonly [source: string, target: string])[] {
  const resolv = resolvDir(layout, container.network.kind === "host" ? "host" : "own");
  if (container.system.kind === "path") {
    return container.copyResolvConf ? [[`${resolv}/resolv.conf`, "/etc/resolv.conf"]] : [];
  }
  return [[namesDir(layout), "/run/names"], ...(container.copyResolvConf ? [[resolv, "/run/resolv"] as const] : [])];
}

/** Units that a container wants, and starts after. */
export const nameUnits = ({ copyResolvConf }: SystemContainer): string[] => (copyResolvConf ? [resolvUnit] : []);

/** @param others containers of another kind, which are found by name too */
export function nameParts(
  layout: Layout,
  containers: readonly Networked[],
  others: readonly InHosts[] = [],
): { units: Unit[]; files: FileText[] } {
  const resolving = containers.some(({ copyResolvConf }) => copyResolvConf);
  // One for all.
  const hosts: FileText = [`${namesDir(layout)}/hosts`, containersHosts([...containers.map(hostsOf), ...others])];
  if (!resolving) return { units: [], files: [hosts] };
  const program = resolvProgram((network) => `${resolvDir(layout, network)}/resolv.conf`);
  const run = { exec: ["/usr/bin/awk", "-f", programFile(layout)], ignoreFailure: true };
  return {
    files: [hosts, [programFile(layout), program]],
    units: [
      {
        name: resolvUnit,
        sections: {
          Unit: {
            Description: "Name servers of the host for containers",
            // Together with the last container.
            StopWhenUnneeded: true,
            Wants: watchUnit,
            After: watchUnit,
            ...noStartLimit,
            ...restartTriggers([program]),
          },
          Service: {
            Type: "oneshot",
            RemainAfterExit: true,
            RuntimeDirectory: [`${layout.run}/resolv`, resolvDir(layout, "host"), resolvDir(layout, "own")]
              .map(belowRun)
              .join(" "),
            // Containers keep what they have bound: it must remain the same directory.
            RuntimeDirectoryPreserve: "restart",
            ExecStart: run,
          },
        },
      },
      {
        name: watchUnit,
        sections: {
          Unit: { Description: "Changes of the host's name servers", StopWhenUnneeded: true },
          Path: { PathChanged: resolvSources, Unit: againUnit },
        },
      },
      {
        name: againUnit,
        sections: {
          Unit: {
            Description: "Changed name servers of the host for containers",
            ConditionPathIsDirectory: resolvDir(layout, "own"),
            ...noStartLimit,
          },
          Service: { Type: "oneshot", ExecStart: run },
        },
      },
    ],
  };
}

/** Lines of the hosts file, for the host and for other containers. */
export function hostsOf(container: Networked): InHosts {
  const network = ownNetwork(container);
  return { name: container.name, entries: network === null ? [] : hostsEntries(network) };
}
