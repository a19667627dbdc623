/** Files by which network managers leave alone what is ours. What a running one makes of them: src/plan/host-network.ts. */
import { type Bridge, type Link, networkdUnmanaged, networkManagerUnmanaged } from "../../network/index.ts";

/**
 * Links of containers and what engines make; ports of our bridges, which a manager that knows them would take out again; and bridges whose
 * addresses are declared. A bridge without addresses is left to whoever sets it up, by DHCP for one.
 */
export function managerFiles(
  bridges: readonly Bridge[],
  links: readonly Link[],
  engineBridges: readonly string[],
): [path: string, text: string][] {
  const names = [
    ...engineBridges.filter((name) => !name.endsWith("+")),
    ...links.map((link) => link.interface.name),
    ...bridges.flatMap(({ name, interfaces, addresses }) => [...interfaces, ...(addresses.length > 0 ? [name] : [])]),
  ];
  if (names.length === 0) return [];
  const sorted = [...new Set(names)].sort();
  return [
    ["/etc/systemd/network/10-stowage.network", networkdUnmanaged(sorted)],
    ["/etc/NetworkManager/conf.d/stowage.conf", networkManagerUnmanaged(sorted)],
  ];
}
