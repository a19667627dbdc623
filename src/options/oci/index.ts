/** `ociContainers`: OCI containers, run by podman or docker. Contract and names: NixOS's `virtualisation.oci-containers`. */
import { mkOption, type OptionType, types } from "../../modules/index.ts";
import type { ConfigFrom } from "../../modules/infer.ts";
import type { SubmoduleDef } from "../../modules/types/submodule.ts";
import { ociContainerOptions } from "./container.ts";
import { type FormerNames, formerNames, formerPathOptions } from "./former.ts";

type Named = typeof ociContainerOptions;

const container = types.submodule({ options: ociContainerOptions, imports: formerNames }) as OptionType<
  ConfigFrom<Named>,
  SubmoduleDef<Named & FormerNames>
>;

export const ociOptions = {
  ociContainers: {
    backend: mkOption({
      type: types.enum("podman", "docker"),
      default: "podman",
      description: "The engine that runs them. It must be installed.",
    }),
    containers: mkOption({
      type: types.attrsOf(container),
      default: {},
      example: { web: { image: "docker.io/library/nginx:1.27", ports: ["127.0.0.1:8080:80"] } },
      description: "OCI containers, by name. Each is the service <backend>-<name>.service.",
    }),
  },
  ...formerPathOptions(types.attrsOf(container)),
};
