/** `ociContainers`: OCI containers, run by podman or docker. Contract and names: NixOS's `virtualisation.oci-containers`. */
import { mkOption, type OptionType, types } from "../../modules/index.ts";
import type { ConfigFrom } from "../../modules/infer.ts";
import type { SubmoduleDef } from "../../modules/types/submodule.ts";
import { ociContainerOptions } from "./container.ts";
import { defaultNetworkOptions } from "./default-network.ts";
import { type FormerNames, formerNames, formerPathOptions } from "./former.ts";
import { networkOptions } from "./networks.ts";
import { podOptions } from "./pods.ts";
import { volumeOptions } from "./volumes.ts";

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
    defaultNetwork: defaultNetworkOptions,
    networks: mkOption({
      type: types.attrsOf(types.submodule({ options: networkOptions })),
      default: {},
      example: { app: { subnets: ["10.89.5.0/24"] } },
      description:
        "Networks that OCI containers meet on, by name: made before those, and removed after them. Where any is declared, every network that a container names must be.",
    }),
    volumes: mkOption({
      type: types.attrsOf(types.submodule({ options: volumeOptions })),
      default: {},
      example: { data: {} },
      description:
        "Volumes, by name: made before the containers that have them, and never removed, since their data would be lost. Where any is declared, every volume that a container names must be.",
    }),
    pods: mkOption({
      type: types.attrsOf(types.submodule({ options: podOptions })),
      default: {},
      example: { app: { ports: ["8080:80"] } },
      description:
        "Pods, by name: containers with one network between them. Made before these, and removed after them. Podman only.",
    }),
  },
  ...formerPathOptions(types.attrsOf(container)),
};
