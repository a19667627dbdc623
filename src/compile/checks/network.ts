/** Checks of one container's network. */
import type { ContainerConfig } from "../../options/index.ts";
import { addressOptions, endsOf } from "../networks.ts";
import { type Problems, showOption } from "../problems.ts";
import { at } from "./place.ts";

export function checkNetwork(name: string, container: ContainerConfig, problems: Problems): void {
  const given = addressOptions.filter((option) => container[option] !== null);
  if (!container.privateNetwork && given.length > 0) {
    problems.add(
      {
        code: "address-without-network",
        message: `container ${name} has ${given.join(" and ")}, but shares the host's network`,
        hint: `set ${showOption(at(name, "privateNetwork"))} = true, or remove the address`,
      },
      ...given.map((option) => at(name, option)),
    );
  }
  for (const { family, host, local } of endsOf(container)) {
    if (host === null || local !== null) continue;
    const suffix = family === 6 ? "6" : "";
    problems.add(
      {
        code: "host-address-alone",
        message: `container ${name} has hostAddress${suffix} without localAddress${suffix}`,
        hint: "a link has two ends: give both addresses",
      },
      at(name, `hostAddress${suffix}`),
    );
  }
  if (container.forwardPorts.length > 0 && (!container.privateNetwork || !hasLocalAddress(container))) {
    problems.add(
      {
        code: "port-without-address",
        message: `container ${name} forwards ports, but ${container.privateNetwork ? "has no address of its own" : "shares the host's network"}`,
        hint: container.privateNetwork
          ? "give it a localAddress"
          : "its ports are the host's already: remove forwardPorts, or give it a privateNetwork",
      },
      at(name, "forwardPorts"),
    );
  }
}

const hasLocalAddress = (container: ContainerConfig): boolean =>
  container.localAddress !== null || container.localAddress6 !== null;
