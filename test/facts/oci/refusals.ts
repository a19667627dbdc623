/** Cases that we refuse and NixOS takes, by their row in docs/differences-from-nixos.md: as `../refusals.ts`. */
export const ociRefusedByUs: Readonly<Record<string, string>> = {
  "oci-ports-podman": "Ranges of ports that do not fit",
  "oci-image-shell-podman": "`image` that is no reference of an image",
  "oci-image-shell-docker": "`image` that is no reference of an image",
  "oci-image-space-podman": "`image` that is no reference of an image",
  "oci-image-space-docker": "`image` that is no reference of an image",
  "oci-name-space-podman": "Names of OCI containers that an engine does not take",
  "oci-name-space-docker": "Names of OCI containers that an engine does not take",
  "oci-depends-cycle-podman": "`dependsOn` in a circle",
  "oci-same-servicename": "What two OCI containers cannot both have",
  "own-oci-port-twice": "What two OCI containers cannot both have",
  "own-oci-port-once": "What two OCI containers cannot both have",
  "own-oci-ports-host": "`ports` with the network of the host, or none",
  "own-oci-service-suffix": "`serviceName` of another unit",
  "own-oci-service-docker": "`serviceName` of another unit",
  "own-oci-self": "`dependsOn` in a circle",
  "own-oci-port-address-alone": "What an engine would refuse at the start, or read as something else",
  "own-oci-capability-odd": "What an engine would refuse at the start, or read as something else",
  "own-oci-volume-odd": "What an engine would refuse at the start, or read as something else",
  "own-oci-environment-name": "What an engine would refuse at the start, or read as something else",
  "own-oci-environment-control": "What an engine would refuse at the start, or read as something else",
};

/** Cases that NixOS refuses and we take, by their row. */
export const ociTakenByUs: Readonly<Record<string, string>> = {
  "oci-err-podman-null": "`podman: null` with podman",
  "oci-err-rootless-healthy-nouid": "The number of a rootless container's user",
};
