/** How much of the host a container may use, as properties of a unit. Facts: systemd.resource-control(5). */
import type { Resources } from "../options/resources.ts";
import type { UnitSection } from "../units/index.ts";

const keys = {
  memoryMax: "MemoryMax",
  memoryHigh: "MemoryHigh",
  memoryLow: "MemoryLow",
  memorySwapMax: "MemorySwapMax",
  cpuQuota: "CPUQuota",
  cpuWeight: "CPUWeight",
  ioWeight: "IOWeight",
  pidsMax: "TasksMax",
} as const satisfies Record<keyof Resources, string>;

/** In [Service] or [Slice]; nothing for what is not said. */
export function resourceProperties(resources: Resources | null): UnitSection {
  const all = Object.entries(keys) as [keyof Resources, string][];
  return Object.fromEntries(
    all.flatMap(([name, key]) => {
      const value = resources?.[name] ?? null;
      return value === null ? [] : [[key, value] as const];
    }),
  );
}
