/** `ociContainers.pods.<name>`: containers with one network between them, podman's alone. Facts: podman-pod-create(1). */
import { mkOption, types } from "../../modules/index.ts";
import { furtherOptions } from "./objects.ts";
import { networkOrMode, reachOptions } from "./reach.ts";

export const podOptions = {
  ports: reachOptions.ports,
  networks: mkOption({
    type: types.listOf(networkOrMode),
    default: [],
    example: ["app"],
    description: "Networks that the pod is part of: of `ociContainers.networks`, the engine's, or a mode.",
  }),
  hostname: mkOption({
    type: types.nullOr(types.hostName),
    default: null,
    description: "The host name inside, of all its containers. null: the pod's name.",
  }),
  ...furtherOptions("pod"),
};

/** Of a container. */
export const memberOptions = {
  pod: mkOption({
    type: types.nullOr(types.line),
    default: null,
    example: "app",
    description:
      "The pod of `ociContainers.pods` that it is part of: it has the pod's network, ports and host name, and reaches the pod's other containers at 127.0.0.1. Podman only.",
  }),
};
