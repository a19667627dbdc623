/** `boot.kernel.sysctl` of a container's system: settings of its network, which the host makes. */
import type { ContainerConfig } from "../options/index.ts";

type Declared = Pick<ContainerConfig, "config">;

/** By their names in the form of paths: `net/core/somaxconn`, with a `-` before it where it may be missing. */
export function sysctlsOf({ config }: Declared): (readonly [key: string, value: string])[] {
  const all = Object.entries(config?.boot.kernel.sysctl ?? {});
  const set = all.flatMap(([name, value]) => (value === null ? [] : [[sysctlKey(name), sysctlValue(value)] as const]));
  return set.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Facts: sysctl.d(5). The first separator says which one separates; the other is then part of a name: `eth0.10`. */
export function sysctlKey(name: string): string {
  const swapped = /^[^./]*\./.test(name);
  return swapped ? name.replace(/[./]/g, (char) => (char === "." ? "/" : ".")) : name;
}

const sysctlValue = (value: string | number | boolean): string =>
  typeof value === "boolean" ? (value ? "1" : "0") : String(value).trim();
