/** Which user namespace a container has. */
import type { ContainerConfig } from "../options/index.ts";
import type { UserNamespace } from "../runtimes/nspawn/index.ts";
import { hasOwnNetwork } from "./networks.ts";

/** As the option says; where it says nothing, as {@link reasonsForTrust} does. */
export function usersFor(container: ContainerConfig): UserNamespace {
  const { privateUsers } = container;
  if (typeof privateUsers === "number") return { kind: "shifted", base: privateUsers };
  if (privateUsers === "no") return { kind: "none" };
  if (privateUsers === "identity") return { kind: "identity" };
  if (privateUsers === "pick" || reasonsForTrust(container).length === 0) return { kind: "shifted", base: null };
  return { kind: "none" };
}

/** Whose network it is in, where that was not made for it: sockets without a path belong to a network. */
export function foreignNetwork(container: ContainerConfig): string[] {
  if (container.networkNamespace !== null) return ["it joins a network namespace"];
  return hasOwnNetwork(container) ? [] : ["it has the host's network"];
}

/** What a container has that its root could not use, were it nobody on the host. */
export function reasonsForTrust(container: ContainerConfig): string[] {
  const reasons = foreignNetwork(container);
  if (container.interfaces.length > 0) reasons.push("it has interfaces of the host");
  if (container.macvlans.length > 0) reasons.push("it has macvlans");
  if (container.enableTun) reasons.push("it has tun");
  if (container.additionalCapabilities.includes("CAP_NET_ADMIN")) reasons.push("it has CAP_NET_ADMIN");
  return reasons;
}
