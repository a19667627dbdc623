/** What a configuration may import from "stowage". Nothing else is public. */
export * from "./modules/index.ts";
export type { ContainerConfig, SystemConfig } from "./options/index.ts";
export { type DebianSource, debian } from "./options/system/source.ts";
