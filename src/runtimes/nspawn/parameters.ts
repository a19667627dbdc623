/** `containers/<name>.json`: what a container was resolved to, for people and programs. Never a secret. */
import { localAddress } from "../../network/index.ts";
import { type Layout, storePath } from "../../store/layout.ts";
import { containerUnit, forwardsOf, isIsolated, linksOf, ownNetwork, type SystemContainer } from "./container.ts";
import { rootDir, treeDir } from "./paths.ts";

export const parametersFile = (layout: Layout, name: string): string => `${layout.etc}/containers/${name}.json`;

export function parameters(layout: Layout, container: SystemContainer): string {
  const { name, system } = container;
  const [link] = linksOf(container);
  const hostAddress = (family: 4 | 6) => link?.ends.find((end) => end.family === family)?.host?.address ?? null;
  const local = (family: 4 | 6) => (link === undefined ? null : (localAddress(link, family)?.address ?? null));
  const value = {
    madeBy: "stowage",
    name,
    unit: containerUnit(name),
    isolation: isIsolated(container) ? "isolated" : "trusted",
    system: system.kind === "path" ? system.path : storePath(layout, system.toplevel),
    packages: system.kind === "path" ? null : treeDir(layout, container),
    root: rootDir(layout, container),
    autoStart: container.autoStart,
    ephemeral: container.ephemeral,
    privateNetwork: ownNetwork(container) !== null,
    hostInterface: link?.interface.name ?? null,
    hostAddress: hostAddress(4),
    localAddress: local(4),
    hostAddress6: hostAddress(6),
    localAddress6: local(6),
    forwardPorts: forwardsOf(container),
    bindMounts: container.binds,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
