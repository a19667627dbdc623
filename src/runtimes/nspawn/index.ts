/** System containers as systemd-nspawn services. */
export {
  type Bind,
  type ContainerNetwork,
  type ContainerSystem,
  containerUnit,
  forwardsOf,
  isIsolated,
  linksOf,
  type Networked,
  ownNetwork,
  type SystemContainer,
  type Tmpfs,
  type UserNamespace,
} from "./container.ts";
export { openingFlags, refusedFlags } from "./extra-flags.ts";
export { insideHosts, insideResolv } from "./names.ts";
export { ownedFiles } from "./owned.ts";
export { parametersFile } from "./parameters.ts";
export { containerParts, linksAtBoot, type Parts } from "./parts.ts";
export { patternOf } from "./pattern.ts";
export { resolvSources } from "./resolv.ts";
export { sharedParts } from "./shared.ts";
export { restartTriggers } from "./triggers.ts";
