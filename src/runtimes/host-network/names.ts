/** Names of the host's own network units. Each is a plain unit of its own; the instance says what it is about. */
import type { Address } from "../../network/index.ts";
import { escapeName, escapePath } from "../../units/index.ts";

export const bridgeUnit = (bridge: string): string => `stowage-bridge@${escapeName(bridge)}.service`;
export const portUnit = (port: string): string => `stowage-bridge-port@${escapeName(port)}.service`;
export const spanningTreeUnit = (bridge: string): string => `stowage-bridge-rstp@${escapeName(bridge)}.service`;
export const restoreUnit = (bridge: string): string => `stowage-bridge-restore@${escapeName(bridge)}.service`;

/** `br0:192.0.2.1-24`: a `-` of the bridge's name is escaped, so the first one is the prefix length's. */
export const addressUnit = (bridge: string, { address, prefix }: Address): string =>
  `stowage-bridge-address@${escapeName(bridge)}:${escapeName(`${address}/${prefix}`)}.service`;

/** systemd's unit of a network interface, which udev makes: active while the interface is there. */
export const deviceUnit = (name: string): string => `${escapePath(`/sys/subsystem/net/devices/${name}`)}.device`;
