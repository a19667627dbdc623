/** `ociContainers`: OCI containers, run by podman or docker. Contract and names: NixOS's `virtualisation.oci-containers`. */
import { mkOption, types } from "../../modules/index.ts";
import { ociContainerOptions } from "./container.ts";

export const ociOptions = {
  ociContainers: {
    backend: mkOption({
      type: types.enum("podman", "docker"),
      default: "podman",
      description: "The engine that runs them. It must be installed.",
    }),
    containers: mkOption({
      type: types.attrsOf(types.submodule({ options: ociContainerOptions })),
      default: {},
      example: { web: { image: "docker.io/library/nginx:1.27", ports: ["127.0.0.1:8080:80"] } },
      description: "OCI containers, by name. Each is the service <backend>-<name>.service.",
    }),
  },
};
