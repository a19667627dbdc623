/** What `volume create` is given. Facts: podman-volume-create(1), docker-volume-create(1). */
import type { OciVolume } from "./object-value.ts";

export const volumeArguments = ({ driver, options }: OciVolume): string[] => [
  `--driver=${driver}`,
  ...Object.entries(options).map(([name, value]) => `--opt=${name}=${value}`),
];
