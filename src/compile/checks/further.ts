/** Checks of a container's further systems: what of them is the host's to make, and made for the container's own alone. */
import type { ContainerConfig, SystemConfig } from "../../options/index.ts";
import { firewallOf } from "../firewall.ts";
import type { Problems } from "../problems.ts";
import { sysctlsOf } from "../sysctl.ts";
import { checkAutomounts } from "./automounts.ts";
import { at } from "./place.ts";

/** A container takes a further system over by itself, and may not change its network: that is the host's. */
export function checkFurther(name: string, container: ContainerConfig, system: SystemConfig, problems: Problems): void {
  const further = { ...container, config: system };
  checkAutomounts(name, further, problems);
  const own = new Map(sysctlsOf(container));
  const other = sysctlsOf(further).find(([key, value]) => own.get(key) !== value);
  if (other !== undefined) {
    addHosts(name, `the kernel setting ${other[0]}`, ["boot", "kernel", "sysctl"], problems);
  }
  const firewall = firewallOf(further);
  if (firewall !== null && JSON.stringify(firewall) !== JSON.stringify(firewallOf(container))) {
    addHosts(name, "another firewall", ["networking", "firewall", "enable"], problems);
  }
}

function addHosts(name: string, what: string, option: readonly string[], problems: Problems): void {
  problems.add(
    {
      code: "network-of-further-system",
      message: `it has ${what}`,
      details: ["the network is made by the host, for the container's own system: a further one has the same"],
      hint: "declare it in the container's own config",
    },
    at(name, "config", ...option),
  );
}
