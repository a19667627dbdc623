/** Whether the kernel can hold containers to the limits that are declared (`resources`). Facts: systemd.resource-control(5). */
import type { Facts } from "../facts.ts";
import { type Finding, judge } from "../finding.ts";

/** By controller, the keys of units that take it. */
const keys = {
  memory: ["MemoryMax", "MemoryHigh", "MemoryLow", "MemorySwapMax"],
  cpu: ["CPUQuota", "CPUWeight"],
  io: ["IOWeight"],
  pids: ["TasksMax"],
} as const;

/** What every system container has, and nobody declared. */
const unasked = 16384;

/** systemd leaves out a limit that the kernel has no controller for, and does not say so. */
export function controllers({ kernel, state }: Facts): Finding[] {
  return Object.entries(keys).flatMap(([controller, names]) => {
    const units = Object.values(state.generation?.units ?? {}).filter(({ sections }) =>
      names.some((key) => {
        const value = (sections.Service ?? sections.Slice)?.[key];
        return value !== undefined && value !== unasked;
      }),
    );
    if (units.length === 0) return [];
    return [
      judge(`controller-${controller}`, kernel.controllers.includes(controller), `limits by ${controller}`, {
        state: "problem",
        what: `the kernel has no control group controller "${controller}", so limits by it are not kept`,
        why: `they are declared for ${units.map(({ name }) => name).join(", ")}`,
        mend: "boot without cgroup_disable=, and without cgroup v1: `cat /sys/fs/cgroup/cgroup.controllers` lists what there is",
      }),
    ];
  });
}
