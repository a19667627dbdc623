/**
 * `container-net@<name>.service`: the container's network namespace, link and ports, there before its init runs.
 * A unit of its own, because systemd-nspawn (252 and 257) cannot join a namespace by path together with private users:
 * systemd enters it with NetworkNamespacePath= instead.
 */
import {
  type Forward,
  insideSysctls,
  type Link,
  linkFiles,
  linkSysctls,
  networkNamespace,
  nftElements,
} from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import { type Exec, literal, type Unit } from "../../units/index.ts";
import { linksOf, netUnit, nftablesUnit, type SystemContainer } from "./container.ts";
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
  const { name } = container;
  const [link] = linksOf(container);
  if (link === undefined) return null;
  const files = netFiles(layout, link, link.forwards);
  const ports = link.forwards.length > 0;
  return {
    files,
    unit: {
      name: netUnit(name),
      sections: {
        Unit: {
          Description: literal(`Network of container '${name}'`),
          // Ends with the container, whatever ended that.
          StopWhenUnneeded: true,
          ...noStartLimit,
          Wants: "network-pre.target",
          After: ["network-pre.target", ...(ports ? [nftablesUnit] : [])].join(" "),
          ...(ports && { Requires: nftablesUnit }),
          ...restartTriggers(files.map(([, text]) => text)),
        },
        Service: { Type: "oneshot", RemainAfterExit: true, ...dropsDebug, ...commands(layout, name, ports) },
      },
    },
  };
}

function netFiles(layout: Layout, link: Link, forwards: readonly Forward[]): FileText[] {
  const file = (part: string, text: string): FileText => [networkFile(layout, `${link.container}.${part}`), text];
  const { host, up, ns, down } = linkFiles(link);
  const files = [
    file("host", host),
    file("up", up),
    file("ns", ns),
    file("down", down),
    file("sysctl", linkSysctls(link, forwards.length > 0)),
    file("ns-sysctl", insideSysctls),
  ];
  if (forwards.length === 0) return files;
  files.push(file("nft", nftElements(link, forwards, "add")), file("nft-down", nftElements(link, forwards, "delete")));
  return files;
}

function commands(layout: Layout, name: string, ports: boolean): Record<string, Exec[]> {
  const file = (part: string): string => networkFile(layout, `${name}.${part}`);
  const namespace = networkNamespace(name);
  const down = [ip, "-force", "-batch", file("down")];
  return {
    // What a crash may have left behind must not block a start.
    ExecStartPre: [quietly(down)],
    ExecStart: [
      { exec: [ip, "-batch", file("host")] },
      { exec: [sysctl, file("sysctl")] },
      { exec: [ip, "-batch", file("up")] },
      { exec: [ip, "netns", "exec", namespace, sysctl, file("ns-sysctl")] },
      { exec: [ip, "-n", namespace, "-batch", file("ns")] },
      ...(ports ? [{ exec: [nft, "-f", file("nft")] }] : []),
    ],
    ExecStopPost: [
      ...(ports ? [{ exec: [nft, "-f", file("nft-down")], ignoreFailure: true }] : []),
      { exec: down, ignoreFailure: true },
    ],
  };
}
