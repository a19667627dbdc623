/**
 * What of a configuration is compared across containers, and what they share is made from. A configuration that was
 * evaluated has it, and so has a generation: its containers' parameters say it again.
 */
import type { ContainerConfig, HostConfig, OciConfig } from "../options/index.ts";
import type { KnownPlace } from "../runtimes/oci/index.ts";

type BindMount = Pick<ContainerConfig["bindMounts"][string], "mountPoint" | "hostPath" | "isReadOnly">;

export type AcrossContainer = Pick<
  ContainerConfig,
  | "privateNetwork"
  | "networkNamespace"
  | "hostBridge"
  | "hostAddress"
  | "localAddress"
  | "hostAddress6"
  | "localAddress6"
  | "localMacAddress"
  | "forwardPorts"
  | "extraVeths"
  | "macvlans"
  | "interfaces"
  | "copyResolvConf"
  | "privateUsers"
  | "dependsOn"
> & { readonly bindMounts: Readonly<Record<string, BindMount>> };

/** Of an OCI container. */
export type AcrossOci = Pick<OciConfig, "ports" | "networks" | "volumes" | "dependsOn" | "serviceName"> & {
  /** Only where it has been made already: an address is given to all of a configuration together. */
  readonly place?: KnownPlace | null;
};

export interface AcrossContainers {
  readonly containers: Readonly<Record<string, AcrossContainer>>;
  readonly ociContainers: {
    readonly backend: HostConfig["ociContainers"]["backend"];
    readonly containers: Readonly<Record<string, AcrossOci>>;
    /** Of a configuration alone. */
    readonly pods?: Readonly<Record<string, { readonly ports: readonly string[] }>>;
  };
  readonly networking: Pick<HostConfig["networking"], "bridges">;
}
