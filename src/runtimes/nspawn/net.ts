/**
 * `container-net@<name>.service`: the container's network namespace, links and ports, there before its init runs.
 * A unit of its own, because systemd-nspawn (252 and 257) cannot join a namespace by path together with private users:
 * systemd enters it with NetworkNamespacePath= instead.
 */
import {
  type BatchFiles,
  bridgeUnit,
  deviceUnit,
  firewallOff,
  firewallRules,
  insideSysctls,
  linkSysctls,
  type Network,
  networkFiles,
  networkNamespace,
  nftElements,
  sysctlText,
} from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import { literal, type Unit, type UnitSection, type UnitValue } from "../../units/index.ts";
import {
  containerUnit,
  forwardsOf,
  hasFirewall,
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
  const files = netFiles(layout, container, network, false);
  const ports = forwardsOf(container).length > 0;
  // What a firewall and settings add changes nothing else of the network, and takes a reload only.
  const triggers = { ...restartTriggers(files.map(([, text]) => text)), ...reloadTriggers(container) };
  const plain = container.firewall === null && container.sysctls.length === 0;
  return {
    files: plain ? files : netFiles(layout, container, network, true),
    unit: {
      name: netUnit(container.name),
      sections: {
        Unit: unitSection(container, network, ports, triggers),
        Service: serviceSection(layout, container, ports),
      },
    },
  };
}

/** In this order: the plan says which of them differs. */
function reloadTriggers(container: SystemContainer): UnitSection {
  const { firewall, sysctls } = container;
  if (!hasFirewall(container)) return {};
  const rules = firewall === null ? noFirewall : reloadTrigger(firewallRules(firewall));
  return { "X-Reload-Triggers": sysctls.length === 0 ? rules : `${rules} ${reloadTrigger(sysctlText(sysctls))}` };
}

const reloadTrigger = (text: string): UnitValue => restartTriggers([text])["X-Restart-Triggers"] ?? "";
const noFirewall = reloadTrigger(firewallOff);

function unitSection(container: SystemContainer, network: Network, ports: boolean, triggers: UnitSection): UnitSection {
  const bridges = [...new Set(network.links.flatMap(({ bridge }) => bridge ?? []))].map(bridgeUnit);
  const before = ["network-pre.target", ...bridges];
  return {
    Description: literal(`Network of container '${container.name}'`),
    // Ends with the container, whatever ended that.
    StopWhenUnneeded: true,
    // Systemd restarts a container that fails or reboots. Where its root rules the network, it starts with a fresh one.
    ...(ownsNetwork(container) && { PartOf: containerUnit(container.name) }),
    StartLimitIntervalSec: noStartLimit.StartLimitIntervalSec,
    // A bridge of somebody else's has no such unit; wanting it does no harm.
    Wants: before.join(" "),
    After: [...before, ...hostInterfaces(network).map(deviceUnit), ...(ports ? [nftablesUnit] : [])].join(" "),
    ...(ports && { Requires: nftablesUnit }),
    ...triggers,
  };
}

/** Interfaces of the host that the network is made with, each once. */
export function hostInterfaces({ links, macvlans, interfaces }: Network): string[] {
  const bridges = links.flatMap(({ bridge }) => bridge ?? []);
  return [...new Set([...bridges, ...macvlans.map(({ parent }) => parent), ...interfaces])];
}

/** @param whole with what takes a reload: firewall and declared settings */
function netFiles(layout: Layout, container: SystemContainer, network: Network, whole: boolean): FileText[] {
  const { links } = network;
  const walled = whole && container.firewall !== null;
  const declared = whole ? sysctlText(container.sysctls) : "";
  const path = (part: string): string => networkFile(layout, `${network.container}.${part}`);
  const sysctls = linkSysctls(links);
  // Who rules the network sets them; systemd-nspawn does not let a root without users of its own be restricted so.
  const inside = ownsNetwork(container) ? "" : insideSysctls;
  const batch: BatchFiles = {
    ip,
    sysctl,
    sysctls: sysctls === "" ? null : path("sysctl"),
    insideSysctls: inside === "" ? null : path("ns-sysctl"),
    ...(declared !== "" && { declaredSysctls: path("declared-sysctl") }),
    ...(walled && { firewall: { nft, file: path("firewall") } }),
    ns: path("ns"),
    back: path("back"),
  };
  const { up, ns, back, down } = networkFiles(network, batch);
  const made: FileText[] = [
    [path("up"), up],
    [path("ns"), ns],
    [path("back"), back ?? ""],
    [path("down"), down],
    [path("sysctl"), sysctls],
    [path("ns-sysctl"), inside],
    [path("declared-sysctl"), declared],
    [path("nft"), nftElements(links, "add")],
    [path("nft-down"), nftElements(links, "delete")],
    [path("firewall"), walled ? firewallRules(container.firewall) : ""],
  ];
  return made.filter(([, text]) => text !== "");
}

function serviceSection(layout: Layout, container: SystemContainer, ports: boolean): UnitSection {
  const { name } = container;
  const file = (part: string): string => networkFile(layout, `${name}.${part}`);
  const down = quietly([ip, "-force", "-batch", file("down")]);
  return {
    Type: "oneshot",
    RemainAfterExit: true,
    LogLevelMax: dropsDebug.LogLevelMax,
    // What a crash may have left behind must not block a start.
    ExecStartPre: [down],
    ExecStart: [{ exec: [ip, "-batch", file("up")] }, ...(ports ? [{ exec: [nft, "-f", file("nft")] }] : [])],
    ...reload(container, file("firewall"), file("declared-sysctl")),
    ExecStopPost: [...(ports ? [{ exec: [nft, "-f", file("nft-down")], ignoreFailure: true }] : []), down],
  };
}

/** What it sends to the journal itself is nobody's once it has ended, which is at once. */
const logToUs = "SYSTEMD_LOG_TARGET=console";

/** What is declared now takes the place of what was, be it none. */
function reload(container: SystemContainer, firewall: string, sysctls: string): UnitSection {
  if (!hasFirewall(container)) return {};
  const inside = [ip, "netns", "exec", networkNamespace(container.name)];
  const rules = { exec: [...inside, nft, ...(container.firewall === null ? [firewallOff] : ["-f", firewall])] };
  if (container.sysctls.length === 0) return { ExecReload: rules };
  return { ExecReload: [rules, { exec: [...inside, "/usr/bin/env", logToUs, sysctl, "--strict", sysctls] }] };
}
