/** Which networks and volumes a container names. Facts: podman-run(1), docker-run(1). */

/** Modes of networking, and the networks that engines have by themselves. */
const modes = new Set([
  "bridge",
  "container",
  "default",
  "host",
  "none",
  "ns",
  "pasta",
  "podman",
  "private",
  "slirp4netns",
]);

export const isMode = (network: string): boolean => modes.has(network);

/** `app:ip=10.89.5.2` of podman's, `name=app,ip=10.89.5.2` of docker's: the network; null where it is a mode. */
export function networkName(network: string): string | null {
  const said = /(?:^|,)name=([^,]*)/.exec(network)?.[1];
  const name = said ?? network.split(/[:,]/, 1)[0] ?? "";
  return said === undefined && isMode(name) ? null : name;
}

/** `data:/var/lib/app:Z`: the volume; null where it is a directory of the host. */
export function volumeName(volume: string): string | null {
  const source = volume.split(":", 1)[0] ?? "";
  return /^[./~]/.test(source) ? null : source;
}

export const networkNames = (networks: readonly string[]): string[] => distinct(networks.map(networkName));
export const volumeNames = (volumes: readonly string[]): string[] => distinct(volumes.map(volumeName));

const distinct = (names: readonly (string | null)[]): string[] => [...new Set(names.filter((name) => name !== null))];
