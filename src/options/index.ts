/** The words a user may write in host.ts. Types of the evaluated configuration and of definitions are inferred from here. */
import { type ConfigFrom, type ModuleArgs, mkOption, mkOverride, types } from "../modules/index.ts";
import { containerOptions } from "./container/index.ts";
import { hostBootOptions, hostMetaOptions } from "./host.ts";
import { hostNetworkingOptions } from "./host-networking.ts";
import type { ociContainerOptions } from "./oci/container.ts";
import { formerPathConfig } from "./oci/former.ts";
import { ociOptions } from "./oci/index.ts";

export const hostOptions = {
  ...hostBootOptions,
  ...hostMetaOptions,
  ...hostNetworkingOptions,
  containers: mkOption({
    type: types.attrsOf(types.submodule({ options: containerOptions })),
    default: {},
    example: { web: { autoStart: true, config: { packages: ["nginx-light"] } } },
    description: "System containers, by name. Each is the service container@<name>.service.",
  }),
  ...ociOptions,
};

/** What every configuration has: the options, and what follows from the rest where nothing else is said. */
export const hostModule = {
  options: hostOptions,
  config: (args: ModuleArgs) => ({
    // Above the option's own default, below everybody's. Not by the names of the containers: each would be a read.
    boot: { enableContainers: mkOverride(1400, args.options.containers.isDefined) },
    ociContainers: formerPathConfig(args),
  }),
};

type OwnOptions = typeof hostOptions;
declare module "../modules/index.ts" {
  interface HostOptions extends OwnOptions {}
}

/** The evaluated configuration of a host: what `evalModules` gives for {@link hostOptions}. */
export type HostConfig = ConfigFrom<OwnOptions>;
/** One evaluated container. */
export type ContainerConfig = ConfigFrom<typeof containerOptions>;
/** One evaluated OCI container. */
export type OciConfig = ConfigFrom<typeof ociContainerOptions>;
export type { SystemConfig } from "./system/module.ts";
