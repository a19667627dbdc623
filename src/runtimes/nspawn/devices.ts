/**
 * Device nodes of the host that a container has. Bound into a container with users of its own, the host's node would be
 * nobody's, and /dev cannot be id-mapped: there it has copies, whose owner and mode are what the host's node has.
 */
import { containerDir, type Layout, runtimeRoot } from "../../store/layout.ts";
import { pathWord } from "../../units/index.ts";
import { isShifted, type SystemContainer } from "./container.ts";

const tunNode = "/dev/net/tun";

/** All nodes that are shown inside, in the order of their copies. systemd 252 makes none of tun by itself. */
export function shownNodes({ tun, devices }: SystemContainer): string[] {
  return [...new Set([...(tun ? [tunNode] : []), ...devices.map(({ node }) => node)])];
}

/** Whether its nodes are copies. */
export const hasCopiedNodes = (container: SystemContainer): boolean =>
  isShifted(container) && shownNodes(container).length > 0;

export const copiedNode = (layout: Layout, container: SystemContainer, index: number): string =>
  `${copiesDir(layout, container)}/${index}`;

const copiesDir = (layout: Layout, { name, ephemeral }: SystemContainer): string =>
  `${ephemeral ? runtimeRoot(layout, name) : containerDir(layout, name)}/devices`;

/**
 * Made at each start: a device that was unplugged has another number. A link such as those by-id is followed. /run opens no
 * devices, so the copies of a container in memory have a file system of their own there.
 */
export function copyCommands(layout: Layout, container: SystemContainer): string[][] {
  if (!hasCopiedNodes(container)) return [];
  const dir = copiesDir(layout, container);
  const copy = ["/usr/bin/cp", "--archive", "--dereference", "--remove-destination", "--"];
  return [
    ["/usr/bin/mkdir", "-p", "--", dir],
    ...(container.ephemeral
      ? [["/usr/bin/mount", "-t", "tmpfs", "-o", "mode=0700,nosuid,noexec", "devices", dir]]
      : []),
    ...shownNodes(container).map((node, index) => [...copy, node, copiedNode(layout, container, index)]),
  ];
}

/** Undoes it, where something would be left. */
export const uncopyCommands = (layout: Layout, container: SystemContainer): string[][] =>
  container.ephemeral && hasCopiedNodes(container) ? [["/usr/bin/umount", copiesDir(layout, container)]] : [];

/** Lines of DeviceAllow=, beside those that systemd-nspawn needs itself. */
export const deviceAllow = ({ devices }: SystemContainer): string[] =>
  devices.map(({ node, modifier }) => `${pathWord(node)} ${modifier}`);
