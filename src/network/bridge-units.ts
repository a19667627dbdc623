/** Names of the host's own network units. Each is a plain unit of its own; the instance says what it is about. */
import { escapeName, escapePath } from "../units/index.ts";
import type { Address } from "./address.ts";

export const bridgeUnit = (bridge: string): string => `stowage-bridge@${escapeName(bridge)}.service`;
export const portUnit = (port: string): string => `stowage-bridge-port@${escapeName(port)}.service`;
export const spanningTreeUnit = (bridge: string): string => `stowage-bridge-rstp@${escapeName(bridge)}.service`;
export const restoreUnit = (bridge: string): string => `stowage-bridge-restore@${escapeName(bridge)}.service`;

/** `br0:192.0.2.1-24`: a `-` of the bridge's name is escaped, so the first one is the prefix length's. */
export const addressUnit = (bridge: string, { address, prefix }: Address): string =>
  `stowage-bridge-address@${escapeName(bridge)}:${escapeName(`${address}/${prefix}`)}.service`;

/** systemd's unit of a network interface, which udev makes: active while the interface is there. */
export const deviceUnit = (name: string): string => `${escapePath(`/sys/subsystem/net/devices/${name}`)}.device`;

/**
 * What {@link restoreUnit} reads: the lines of `restoreText`, from which `portsIn` knows the bridge's ports.
 * @param directory Stowage's own in /etc
 */
export const restoreFile = (directory: string, bridge: string): string => `${directory}/bridges/${bridge}.restore`;

/** The bridge that a file is about; null for any other file. */
export function restoredBridge(directory: string, path: string): string | null {
  const [before, after] = [`${directory}/bridges/`, ".restore"];
  return path.startsWith(before) && path.endsWith(after) ? path.slice(before.length, -after.length) : null;
}
