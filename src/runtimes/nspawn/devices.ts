/**
 * Device nodes of the host that a container has. Bound into a container with users of its own, the host's node would be
 * nobody's, and /dev cannot be id-mapped: there it has copies, whose owner and mode are what the host's node has.
 */
import { containerDir, type Layout } from "../../store/layout.ts";
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

/** Not below /run, where no device can be opened. */
const copiesDir = (layout: Layout, { name, ephemeral }: SystemContainer): string =>
  ephemeral ? `${layout.state}/devices/${name}` : `${containerDir(layout, name)}/devices`;

/** Made at each start: a device that was unplugged has another number. A link such as those by-id is followed. */
export function copyCommands(layout: Layout, container: SystemContainer): string[][] {
  if (!hasCopiedNodes(container)) return [];
  const copy = ["/usr/bin/cp", "--archive", "--dereference", "--remove-destination", "--"];
  return [
    ["/usr/bin/mkdir", "-p", "--", copiesDir(layout, container)],
    ...shownNodes(container).map((node, index) => [...copy, node, copiedNode(layout, container, index)]),
  ];
}

/** An ephemeral container leaves nothing behind. */
export const uncopyCommands = (layout: Layout, container: SystemContainer): string[][] =>
  container.ephemeral && hasCopiedNodes(container) ? [["/usr/bin/rm", "-rf", "--", copiesDir(layout, container)]] : [];

/** Lines of DeviceAllow=, beside those that systemd-nspawn needs itself. */
export const deviceAllow = ({ devices }: SystemContainer): string[] =>
  devices.map(({ node, modifier }) => `${pathWord(node)} ${modifier}`);
