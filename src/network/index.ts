/** A container's network as texts for ip, nft, systemd-sysctl and the hosts file. Pure. */
export { type Address, fullPrefix, parseAddress } from "./address.ts";
export {
  type Bridge,
  bridgeAddressWords,
  bridgeMark,
  portsIn,
  restoredSettings,
  restoreText,
  spanningTreeWords,
} from "./bridge.ts";
export {
  addressUnit,
  bridgeUnit,
  deviceUnit,
  portUnit,
  restoredBridge,
  restoreFile,
  restoreUnit,
  spanningTreeUnit,
} from "./bridge-units.ts";
export { type ContainerSide, dockerJump, dockerRules, dockerRulesDown } from "./docker.ts";
export {
  type Firewall,
  firewallOff,
  firewallRules,
  isOpen,
  joinRanges,
  type PortRange,
} from "./firewall.ts";
export { type Forwarding, forwarding4, forwarding6, forwardingFilter } from "./forwarding.ts";
export { containersHosts, fullName, hostsEntries, hostsText, type InHosts, loopbackHosts } from "./hosts.ts";
export { type BatchFiles, type NetworkFiles, networkFiles } from "./ip-batch.ts";
export {
  extraLinkOf,
  hostSide,
  type Link,
  type LinkEnds,
  type LinkRequest,
  linkOf,
  localAddress,
  type Macvlan,
  macvlanOf,
  mainInterface,
  type Network,
  networkOf,
} from "./link.ts";
export { isLoopback } from "./loopback.ts";
export { networkdUnmanaged, networkManagerUnmanaged } from "./managers.ts";
export {
  extraInterface,
  type HostInterface,
  hostInterface,
  hostNamespace,
  insideInterface,
  type LinkKind,
  macAddress,
  macvlanInterface,
  movedInterface,
  namespacePath,
  networkNamespace,
  routeMetric,
} from "./names.ts";
export {
  type Forward,
  forwardsIn,
  isOfFamily,
  isProxied,
  leadsFromLoopback,
  nftBase,
  nftBaseDown,
  nftElements,
} from "./nft.ts";
export { addressesIn, type Pool, poolOf } from "./pool.ts";
export { portWords } from "./port.ts";
export { doAddressesMeet, isChosen, lengthOf, type Published, parsePublished } from "./published.ts";
export { isWithin, overlaps, type Subnet, subnetOf } from "./subnets.ts";
export { hostSysctls, insideSysctls, linkSysctls, sysctlText } from "./sysctl.ts";
