/** Networks that the host has routes to. Facts: /proc/net/route, fib_trie.c of the kernel: hexadecimal, bytes in the host's order. */
import { readFileSync } from "node:fs";

export interface Route {
  readonly interface: string;
  /** `192.0.2.0/24` */
  readonly network: string;
}

/** Of IPv4, without default routes; none where the file cannot be read. */
export function hostRoutes(path = "/proc/net/route"): Route[] {
  try {
    return routesIn(readFileSync(path, "latin1"));
  } catch {
    return [];
  }
}

/** @param text of the file; its first line is a heading */
export function routesIn(text: string): Route[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [name = "", destination = "", , , , , , mask = ""] = line.split(/\s+/);
      if (!/^[0-9A-F]{8}$/.test(destination) || !/^[0-9A-F]{8}$/.test(mask)) return [];
      const prefix = Number.parseInt(mask, 16).toString(2).replaceAll("0", "").length;
      return prefix === 0 ? [] : [{ interface: name, network: `${addressOf(destination)}/${prefix}` }];
    });
}

/** All machines that Stowage is made for have their bytes in this order. */
const addressOf = (hex: string): string =>
  [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(".");
