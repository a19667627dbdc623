/**
 * `stowage-forwarding@ipv4.service`, `…@ipv6.service`: let the host pass packets on to forwarded ports, and, where it
 * did not do so by itself, nothing else to containers. On a host that forwards already the unit does nothing: who may
 * reach what is decided there.
 */
import {
  type ContainerSide,
  type Forwarding,
  forwarding4,
  forwarding6,
  forwardingFilter,
  forwardsIn,
  type Link,
} from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { Unit } from "../../units/index.ts";
import { nftablesUnit } from "../nspawn/container.ts";
import { restartTriggers } from "../nspawn/triggers.ts";
import { namesUnit } from "../oci/names.ts";
import { linkTo } from "./bridges.ts";
import type { EngineSide } from "./engine-side.ts";

export const forwardingUnit = ({ name }: Forwarding): string => `stowage-forwarding@${name}.service`;

/** Why a host forwards in a family. */
interface Reason {
  /** Ports of ours ask for it, and nobody else may switch it on. */
  readonly forPorts: boolean;
  /** There are OCI containers, whose engine switches it on. */
  readonly beside: EngineSide["engine"];
}

/** @param links of all containers */
export function forwardingParts(layout: Layout, links: readonly Link[], side: ContainerSide, engine: EngineSide) {
  const parts = [forwarding4, forwarding6].flatMap((one) => {
    const forPorts = links.some((link) => forwardsIn(link, one.family));
    // Beside OCI containers their engine lets the host pass on IPv4.
    const beside = one.family === 4 && links.length > 0 ? engine.engine : null;
    if (!forPorts && beside === null) return [];
    const [filter, setting] = [`${layout.etc}/forwarding-${one.name}.nft`, `${layout.etc}/forwarding-${one.name}.conf`];
    const rules = forwardingFilter(one, side);
    const mark = `${layout.run}/forwarding-${one.name}`;
    return {
      unit: forwardingService(one, { filter, setting, mark }, rules, { forPorts, beside }),
      starters: startersFor({ forPorts, beside }),
      files: [
        [filter, rules],
        [setting, `${one.setting}\n`],
      ] as [string, string][],
    };
  });
  return {
    units: parts.map(({ unit }) => unit),
    // Started with the first container that has forwarded ports, or is an engine's.
    unitLinks: Object.fromEntries(
      parts.flatMap(({ unit, starters }) => starters.map((starter) => linkTo(`${starter}.wants/${unit.name}`))),
    ),
    files: parts.flatMap(({ files }) => files),
  };
}

const startersFor = ({ forPorts, beside }: Reason): string[] => [
  ...(forPorts ? [nftablesUnit] : []),
  ...(beside === null ? [] : [namesUnit]),
];

interface Files {
  readonly filter: string;
  readonly setting: string;
  /** A copy of `setting`: in this boot it was off before us, so that the filter is ours to load. */
  readonly mark: string;
}

function forwardingService(one: Forwarding, { filter, setting, mark }: Files, rules: string, reason: Reason): Unit {
  const load = { exec: ["/usr/sbin/nft", "-f", filter] };
  return {
    name: forwardingUnit(one),
    sections: {
      Unit: {
        Description: `Forwarding of ${one.family === 4 ? "IPv4" : "IPv6"} to ports of containers`,
        // Docker shuts the host to others only where it is Docker that switches forwarding on.
        After: `systemd-sysctl.service nftables.service${reason.beside === "docker" ? " docker.service" : ""}`,
        Before: [...new Set([nftablesUnit, ...startersFor(reason)])].join(" "),
        "X-Reload-Triggers": restartTriggers([rules])["X-Restart-Triggers"] ?? "",
      },
      Service: {
        Type: "oneshot",
        RemainAfterExit: true,
        ExecCondition: { exec: ["/usr/bin/grep", "-qsxF", "-e", "0", "-e", one.setting, one.state, mark] },
        // The filter first: there is no moment without it.
        ExecStart: [
          load,
          { exec: ["/usr/bin/install", "-D", "-m", "0644", setting, mark] },
          ...(reason.forPorts ? [{ exec: ["/usr/lib/systemd/systemd-sysctl", setting] }] : []),
        ],
        ExecReload: load,
        // Forwarding stays as it is: others may have come to need it.
        ExecStop: { exec: ["/usr/sbin/nft", "delete", "table", ...one.table], ignoreFailure: true },
      },
    },
  };
}
