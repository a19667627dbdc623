/** `ociContainers.volumes.<name>`: what OCI containers keep. Facts: podman-volume-create(1), docker-volume-create(1). */
import { mkOption, types } from "../../modules/index.ts";
import { objectOptions } from "./objects.ts";

export const volumeOptions = {
  ...objectOptions("volume"),
  driver: mkOption({
    type: types.strMatching(/[A-Za-z0-9][A-Za-z0-9_.:/-]*/, "name of a volume driver"),
    default: "local",
    description: "Driver that has the data.",
  }),
};
