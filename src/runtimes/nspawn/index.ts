/** System containers as systemd-nspawn services. */
export { type Bind, type ContainerSystem, containerUnit, isIsolated, type SystemContainer } from "./container.ts";
export { containerParts, type Parts } from "./parts.ts";
export { sharedParts } from "./shared.ts";
