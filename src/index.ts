/** What a configuration may import from "stowage". Nothing else is public. */
export * from "./modules/index.ts";
export type { ContainerConfig } from "./options/index.ts";
// Not by name, as with the interfaces of modules.
export * from "./options/system/module.ts";
export { type DebianSource, debian, oci, tarball, tree } from "./options/system/source.ts";
