/** Checks of a container's firewall. */
import type { ContainerConfig } from "../../options/index.ts";
import { hasOwnNetwork } from "../networks.ts";
import { type Problems, showOption } from "../problems.ts";
import { at } from "./place.ts";

export function checkFirewall(name: string, container: ContainerConfig, problems: Problems): void {
  const firewall = container.config?.networking.firewall;
  if (!firewall?.enable) return;
  const option = at(name, "config", "networking", "firewall");
  if (!hasOwnNetwork(container)) addForeign(name, container, option, problems);
  for (const list of ["allowedTCPPortRanges", "allowedUDPPortRanges"] as const) {
    for (const { from, to } of firewall[list]) {
      if (from <= to) continue;
      problems.add(
        {
          code: "empty-port-range",
          message: `the range of ports from ${from} to ${to} in ${showOption([...option, list])} is empty`,
          hint: `write { from: ${to}, to: ${from} }`,
        },
        [...option, list],
      );
    }
  }
}

/** Its rules would be the host's, or somebody else's. */
function addForeign(name: string, container: ContainerConfig, option: string[], problems: Problems): void {
  const joined = container.networkNamespace !== null;
  problems.add(
    {
      code: "firewall-without-network",
      message: `container ${name} has a firewall, but ${joined ? "joins a network namespace" : "shares the host's network"}`,
      details: [
        joined
          ? "what is let into that namespace is the business of whoever made it"
          : "its rules would be rules for the host, whose firewall decides there",
      ],
      hint: joined
        ? `remove ${showOption([...option, "enable"])}`
        : `set ${showOption(at(name, "privateNetwork"))} = true, or remove ${showOption([...option, "enable"])}`,
    },
    [...option, "enable"],
    ...(joined ? [at(name, "networkNamespace")] : []),
  );
}
