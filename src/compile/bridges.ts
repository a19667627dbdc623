/** `networking.bridges` as bridges. */
import { type Bridge, parseAddress } from "../network/index.ts";
import type { AcrossContainers } from "./across.ts";

/** In the order of their names. */
export function bridgesOf({ networking }: Pick<AcrossContainers, "networking">): Bridge[] {
  return Object.entries(networking.bridges)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { interfaces, rstp, addresses }]) => ({
      name,
      interfaces: [...new Set(interfaces)],
      rstp,
      addresses: addresses.map((text) => {
        const address = parseAddress(text);
        if (address === null) throw new Error(`not an address: ${text}`);
        return address;
      }),
    }));
}
