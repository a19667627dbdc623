/**
 * Files that keep network managers off our links. systemd itself brings a network file for every `ve-*` link that
 * starts a DHCP server and masquerading there (80-container-ve.network).
 * Facts: systemd.network(5), NetworkManager.conf(5).
 */

/** For /etc/systemd/network; its name must sort before systemd's own. @param names interfaces that are ours */
export function networkdUnmanaged(names: readonly string[]): string {
  return `[Match]\nName=${names.join(" ")}\n\n[Link]\nUnmanaged=yes\n`;
}

/** For /etc/NetworkManager/conf.d. */
export function networkManagerUnmanaged(names: readonly string[]): string {
  const devices = names.map((name) => `interface-name:${name}`);
  return `[device-stowage]\nmatch-device=${devices.join(",")}\nmanaged=0\n`;
}
