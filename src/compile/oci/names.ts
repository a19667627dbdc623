/** Which OCI containers are found by name, and where: those on the network that is for all who name none. */
import { addressesIn, type Pool, poolOf } from "../../network/index.ts";
import type { HostConfig, OciConfig } from "../../options/index.ts";
import {
  defaultNetwork,
  dockerBridge,
  type KnownPlace,
  liveHosts,
  type OciContainer,
} from "../../runtimes/oci/index.ts";
import type { Layout } from "../../store/layout.ts";

type Declared = Pick<HostConfig, "ociContainers">;
type Oci = HostConfig["ociContainers"];

/** Of `defaultNetwork`; null where it is off, or no network, which the checks tell. */
export const poolFor = ({ ociContainers: { defaultNetwork } }: Declared): Pool | null =>
  defaultNetwork.enable ? poolOf(defaultNetwork.subnet) : null;

/**
 * The configuration with everything that it says by saying nothing: containers that name no network name that one, and it
 * is declared as networks are.
 */
export function withDefaultNetwork<T extends Declared>(config: T): T {
  const { ociContainers } = config;
  const pool = poolFor(config);
  if (pool === null) return config;
  const entries = Object.entries(ociContainers.containers);
  if (!entries.some(([, container]) => namesNone(container))) return config;
  const containers = Object.fromEntries(
    entries.map(([name, one]) => [name, namesNone(one) ? { ...one, networks: [defaultNetwork] } : one]),
  );
  const networks = { ...ociContainers.networks, [defaultNetwork]: declared(pool, ociContainers.backend) };
  return { ...config, ociContainers: { ...ociContainers, containers, networks } };
}

/** Containers for which it is there, whether or not it is on. */
export const thoseWithoutNetwork = ({ ociContainers: { containers } }: Declared): string[] =>
  Object.keys(containers).filter((name) => containers[name] !== undefined && namesNone(containers[name]));

/** In its own words, as a person would declare it. */
function declared(pool: Pool, backend: Oci["backend"]): Oci["networks"][string] {
  const { address, prefix } = pool.subnet;
  return {
    external: false,
    driver: "bridge",
    parent: null,
    subnets: [`${address}/${prefix}`],
    gateways: [pool.gateway],
    ipv6: false,
    internal: false,
    labels: {},
    options: backend === "docker" ? { "com.docker.network.bridge.name": dockerBridge } : {},
    extraOptions: [
      `--ip-range=${pool.others}`,
      // Names are in a hosts file: a name server of podman's would need a hole in the host's firewall.
      ...(backend === "docker" ? [] : ["--disable-dns"]),
    ],
  };
}

/** Options by which a container has a network of other kind, or an address of its own choice. */
const choosing = /^--(?:network|net|pod|pod-id-file|ip|ip6|link)(?:=|$)/;

function namesNone({ networks, pod, podman, extraOptions }: OciConfig): boolean {
  const isRoots = (podman?.user ?? "root") === "root";
  return networks.length === 0 && pod === null && isRoots && !extraOptions.some((option) => choosing.test(option));
}

const isThere = ({ networks, pod, extraOptions }: OciConfig): boolean =>
  networks.length === 1 &&
  networks[0] === defaultNetwork &&
  pod === null &&
  !extraOptions.some((option) => choosing.test(option));

/** Names of the containers on that network, in order. @param config as {@link withDefaultNetwork} gives it */
const thoseThere = ({ ociContainers: { containers } }: Declared): string[] =>
  Object.keys(containers)
    .filter((name) => containers[name] !== undefined && isThere(containers[name]))
    .sort();

/** By name. @param config as {@link withDefaultNetwork} gives it */
export function knownPlaces(
  layout: Layout,
  config: Declared & Pick<HostConfig, "containers">,
): ReadonlyMap<string, KnownPlace> {
  const pool = poolFor(config);
  const names = thoseThere(config);
  if (pool === null || names.length > pool.size) return new Map();
  const { containers } = config.ociContainers;
  const isOwn = ownHostnames(names, config);
  return new Map(
    [...addressesIn(pool, names)].map(([name, address]) => {
      const container = containers[name];
      const hostname = container?.hostname ?? name;
      const isOurs = isOwn(name, hostname) && container !== undefined && !hasOwnHosts(container);
      return [name, { address, gateway: pool.gateway, hostname, hostsFile: isOurs ? liveHosts(layout) : null }];
    }),
  );
}

/** Whether a host name can stand in a file for all: it is the container's name, or nobody else's. */
function ownHostnames(names: readonly string[], config: Declared & Pick<HostConfig, "containers">) {
  const { containers } = config.ociContainers;
  const taken = new Set(["localhost", ...Object.keys(config.containers), ...Object.keys(containers)]);
  const given = names.flatMap((name) => containers[name]?.hostname ?? []);
  return (name: string, hostname: string): boolean =>
    isHostName(hostname) &&
    (hostname === name || (!taken.has(hostname) && given.filter((one) => one === hostname).length === 1));
}

/** With the place of each; null where it has none that is known. */
export const placed = (
  places: ReadonlyMap<string, KnownPlace>,
  containers: readonly OciContainer[],
): readonly OciContainer[] => containers.map((one) => ({ ...one, place: places.get(one.name) ?? null }));

/** Names of containers may have other characters, and be longer. */
const isHostName = (text: string): boolean => /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(text);

/** Options that say what is in the hosts file, or what the container is called inside. */
const naming = /^(?:--(?:add-host|no-hosts|hosts-file|hostname|uts)(?:=|$)|-h)/;

const hasOwnHosts = ({ volumes, extraOptions }: OciConfig): boolean =>
  volumes.some((volume) => volume.split(":")[1] === "/etc/hosts") ||
  extraOptions.some((option) => naming.test(option) || option.includes("/etc/hosts"));
