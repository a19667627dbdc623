/** What `pod create` is given. Facts: podman-pod-create(1). */
import type { OciPod } from "./object-value.ts";

export const podArguments = ({ hostname, ports, networks }: OciPod): string[] => [
  ...(hostname === null ? [] : [`--hostname=${hostname}`]),
  ...ports.map((port) => `--publish=${port}`),
  ...[...new Set(networks)].map((network) => `--network=${network}`),
];
