/**
 * `container-net@<name>.service`: the container's network namespace, links and ports, there before its init runs.
 * A unit of its own, because systemd-nspawn (252 and 257) cannot join a namespace by path together with private users:
 * systemd enters it with NetworkNamespacePath= instead.
 */
import {
  type BatchFiles,
  bridgeUnit,
  deviceUnit,
  insideSysctls,
  linkSysctls,
  type Network,
  networkFiles,
  nftElements,
} from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import { type Exec, literal, type Unit, type UnitSection } from "../../units/index.ts";
import {
  containerUnit,
  forwardsOf,
  netUnit,
  nftablesUnit,
  ownNetwork,
  ownsNetwork,
  type SystemContainer,
} from "./container.ts";
import { type FileText, networkFile } from "./paths.ts";
import { dropsDebug, quietly } from "./quietly.ts";
import { noStartLimit } from "./service.ts";
import { restartTriggers } from "./triggers.ts";

const ip = "/usr/sbin/ip";
const nft = "/usr/sbin/nft";
const sysctl = "/usr/lib/systemd/systemd-sysctl";

/** The unit and the files it reads, or null without a network of its own. */
export function netParts(
  layout: Layout,
  container: SystemContainer,
): { unit: Unit; files: readonly FileText[] } | null {
  const network = ownNetwork(container);
  if (network === null) return null;
  const files = netFiles(layout, container, network);
  const ports = forwardsOf(container).length > 0;
  return {
    files,
    unit: {
      name: netUnit(container.name),
      sections: {
        Unit: { ...unitSection(container, network, ports), ...restartTriggers(files.map(([, text]) => text)) },
        Service: { Type: "oneshot", RemainAfterExit: true, ...dropsDebug, ...commands(layout, container.name, ports) },
      },
    },
  };
}

function unitSection(container: SystemContainer, network: Network, ports: boolean): UnitSection {
  const bridges = [...new Set(network.links.flatMap(({ bridge }) => bridge ?? []))].map(bridgeUnit);
  const before = ["network-pre.target", ...bridges];
  return {
    Description: literal(`Network of container '${container.name}'`),
    // Ends with the container, whatever ended that.
    StopWhenUnneeded: true,
    // Systemd restarts a container that fails or reboots. Where its root rules the network, it starts with a fresh one.
    ...(ownsNetwork(container) && { PartOf: containerUnit(container.name) }),
    ...noStartLimit,
    // A bridge of somebody else's has no such unit; wanting it does no harm.
    Wants: before.join(" "),
    After: [...before, ...hostInterfaces(network).map(deviceUnit), ...(ports ? [nftablesUnit] : [])].join(" "),
    ...(ports && { Requires: nftablesUnit }),
  };
}

/** Interfaces of the host that the network is made with, each once. */
export function hostInterfaces({ links, macvlans, interfaces }: Network): string[] {
  const bridges = links.flatMap(({ bridge }) => bridge ?? []);
  return [...new Set([...bridges, ...macvlans.map(({ parent }) => parent), ...interfaces])];
}

function netFiles(layout: Layout, container: SystemContainer, network: Network): FileText[] {
  const { links } = network;
  const path = (part: string): string => networkFile(layout, `${network.container}.${part}`);
  const sysctls = linkSysctls(links);
  // Who rules the network sets them; systemd-nspawn does not let a root without users of its own be restricted so.
  const inside = ownsNetwork(container) ? "" : insideSysctls;
  const batch: BatchFiles = {
    ip,
    sysctl,
    sysctls: sysctls === "" ? null : path("sysctl"),
    insideSysctls: inside === "" ? null : path("ns-sysctl"),
    ns: path("ns"),
    back: path("back"),
  };
  const { up, ns, back, down } = networkFiles(network, batch);
  const texts = { up, ns, back: back ?? "", down, sysctl: sysctls, "ns-sysctl": inside, ...portTexts(network) };
  return Object.entries(texts).flatMap(([part, text]): FileText[] => (text === "" ? [] : [[path(part), text]]));
}

const portTexts = ({ links }: Network): Record<string, string> => ({
  nft: nftElements(links, "add"),
  "nft-down": nftElements(links, "delete"),
});

function commands(layout: Layout, name: string, ports: boolean): Record<string, Exec[]> {
  const file = (part: string): string => networkFile(layout, `${name}.${part}`);
  const down = quietly([ip, "-force", "-batch", file("down")]);
  return {
    // What a crash may have left behind must not block a start.
    ExecStartPre: [down],
    ExecStart: [{ exec: [ip, "-batch", file("up")] }, ...(ports ? [{ exec: [nft, "-f", file("nft")] }] : [])],
    ExecStopPost: [...(ports ? [{ exec: [nft, "-f", file("nft-down")], ignoreFailure: true }] : []), down],
  };
}
