/**
 * Files that keep network managers off our links. systemd itself brings a network file for every `ve-*` link that
 * starts a DHCP server and masquerading there (80-container-ve.network).
 * Facts: systemd.network(5), NetworkManager.conf(5).
 */
import type { Link } from "./link.ts";

/** For /etc/systemd/network; its name must sort before systemd's own. */
export function networkdUnmanaged(links: readonly Link[]): string {
  return `[Match]\nName=${interfaceNames(links).join(" ")}\n\n[Link]\nUnmanaged=yes\n`;
}

/** For /etc/NetworkManager/conf.d. */
export function networkManagerUnmanaged(links: readonly Link[]): string {
  const devices = interfaceNames(links).map((name) => `interface-name:${name}`);
  return `[device-stowage]\nmatch-device=${devices.join(",")}\nmanaged=0\n`;
}

const interfaceNames = (links: readonly Link[]): string[] => links.map((link) => link.interface.name).sort();
