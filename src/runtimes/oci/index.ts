/** OCI containers, run by podman or docker: their services, and what a generation has of them. Pure. */
export type { OciContainer, Ready, RunAs } from "./container.ts";
export { ociUnit } from "./container.ts";
export {
  defaultNetwork,
  dockerBridge,
  engineBridges,
  type Found,
  foundAt,
  type KnownPlace,
  liveHosts,
  namesParts,
  ociHosts,
} from "./names.ts";
export { type ObjectParts, objectParts } from "./object.ts";
export { type OciNetwork, type OciObject, type OciPod, type OciVolume, objectUnit } from "./object-value.ts";
export { ociParts } from "./parts.ts";
export { asOwner, keepRuntimeDirectory } from "./rootless.ts";
