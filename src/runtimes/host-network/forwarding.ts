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

export const forwardingUnit = ({ name }: Forwarding): string => `stowage-forwarding@${name}.service`;

/** @param links of all containers */
export function forwardingParts(layout: Layout, links: readonly Link[], side: ContainerSide) {
  const forwarding = links.filter(({ forwards }) => forwards.length > 0);
  // Beside OCI containers their engine lets the host pass on IPv4.
  const isBeside = side.engines.length > 0 && links.length > 0;
  const needed = [forwarding4, forwarding6].filter(
    ({ family }) => forwarding.some((link) => forwardsIn(link, family)) || (isBeside && family === 4),
  );
  const starters = [...(forwarding.length > 0 ? [nftablesUnit] : []), ...(isBeside ? [namesUnit] : [])];
  const parts = needed.map((one) => {
    const [filter, setting] = [`${layout.etc}/forwarding-${one.name}.nft`, `${layout.etc}/forwarding-${one.name}.conf`];
    const rules = forwardingFilter(one, side);
    return {
      unit: forwardingService(one, { filter, setting, mark: `${layout.run}/forwarding-${one.name}` }, rules, starters),
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
      parts.flatMap(({ unit }) => starters.map((starter) => linkTo(`${starter}.wants/${unit.name}`))),
    ),
    files: parts.flatMap(({ files }) => files),
  };
}

interface Files {
  readonly filter: string;
  readonly setting: string;
  /** A copy of `setting`: in this boot it was we who switched forwarding on. */
  readonly mark: string;
}

function forwardingService(
  one: Forwarding,
  { filter, setting, mark }: Files,
  rules: string,
  starters: readonly string[],
): Unit {
  const load = { exec: ["/usr/sbin/nft", "-f", filter] };
  return {
    name: forwardingUnit(one),
    sections: {
      Unit: {
        Description: `Forwarding of ${one.family === 4 ? "IPv4" : "IPv6"} to ports of containers`,
        After: "systemd-sysctl.service nftables.service",
        Before: [...new Set([nftablesUnit, ...starters])].join(" "),
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
          { exec: ["/usr/lib/systemd/systemd-sysctl", setting] },
        ],
        ExecReload: load,
        // Forwarding stays as it is: others may have come to need it.
        ExecStop: { exec: ["/usr/sbin/nft", "delete", "table", ...one.table], ignoreFailure: true },
      },
    },
  };
}
