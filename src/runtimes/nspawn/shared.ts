/** What all containers of a host share: our nft table, kernel settings, machines.target. */
import { hostSysctls, type InHosts, nftBase, nftBaseDown } from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { Unit } from "../../units/index.ts";
import { forwardsOf, type Networked, nftablesUnit, sysctlUnit } from "./container.ts";
import { nameParts } from "./names.ts";
import { type FileText, nftablesDownFile, nftablesFile, sysctlFile } from "./paths.ts";
import { noStartLimit } from "./service.ts";
import { restartTriggers } from "./triggers.ts";

/**
 * Units and files; nothing for a host without containers.
 * @param others containers of another kind, which are found by name too
 */
export function sharedParts(
  layout: Layout,
  containers: readonly Networked[],
  others: readonly InHosts[] = [],
): { units: Unit[]; files: FileText[] } {
  if (containers.length === 0) return { units: [], files: [] };
  const forwarding = containers.filter((container) => forwardsOf(container).length > 0);
  const names = nameParts(layout, containers, others);
  return {
    units: [sysctlService(), ...(forwarding.length > 0 ? [nftablesService(layout)] : []), ...names.units],
    files: names.files.concat(
      Object.entries({
        [sysctlFile]: hostSysctls,
        // Debian enables machines.target when it is installed, other systems do not; a drop-in stands in nobody's way.
        [`${layout.units}/multi-user.target.d/stowage.conf`]: "[Unit]\nWants=machines.target\n",
        ...(forwarding.length > 0 && {
          [nftablesFile(layout)]: nftBase,
          [nftablesDownFile(layout)]: nftBaseDown,
        }),
      }),
    ),
  };
}

/**
 * systemd-sysctl.service has long run when a switch writes the file: this applies it before containers start. It does not
 * remain active, so that each start finds the settings right, and none is left behind.
 */
function sysctlService(): Unit {
  return {
    name: sysctlUnit,
    sections: {
      Unit: { Description: "Kernel settings for containers", After: "systemd-sysctl.service", ...noStartLimit },
      Service: { Type: "oneshot", ExecStart: { exec: ["/usr/lib/systemd/systemd-sysctl", sysctlFile] } },
    },
  };
}

function nftablesService(layout: Layout): Unit {
  const load = { exec: ["/usr/sbin/nft", "-f", nftablesFile(layout)] };
  return {
    name: nftablesUnit,
    sections: {
      Unit: {
        Description: "Port forwarding into containers",
        // Not before network-pre.target: where the network is needed for sysinit.target (cloud-init), that is a cycle.
        // Debian's nftables.service empties every table when it starts.
        After: "nftables.service firewalld.service ufw.service",
        // Loading again renews the rules and keeps what running containers have added.
        "X-Reload-Triggers": restartTriggers([nftBase])["X-Restart-Triggers"] ?? "",
      },
      Service: {
        Type: "oneshot",
        RemainAfterExit: true,
        ExecStart: load,
        ExecReload: load,
        ExecStop: { exec: ["/usr/sbin/nft", "-f", nftablesDownFile(layout)], ignoreFailure: true },
      },
    },
  };
}
