/** `networking.bridges` as bridges. */
import { type Bridge, parseAddress } from "../network/index.ts";
import type { HostConfig } from "../options/index.ts";

/** In the order of their names. */
export function bridgesOf(config: HostConfig): Bridge[] {
  return Object.entries(config.networking.bridges)
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
