/** Networks, volumes and pods of OCI containers: what is declared, as their engine must know it. */
import type { HostConfig } from "../../options/index.ts";
import { type OciObject, type OciPod, objectUnit, type RunAs } from "../../runtimes/oci/index.ts";
import { type HostUsers, ownerNamed, userOf } from "./owners.ts";
import { networkNames, volumeNames } from "./references.ts";

type Oci = HostConfig["ociContainers"];
type Kind = OciObject["kind"];

/** Whose containers name an object: one user's, or else that is a problem that the checks tell. */
export type UsersOf = (kind: Kind, name: string) => ReadonlySet<string>;

export function objectUsers({ containers, pods }: Oci): UsersOf {
  const found = new Map<string, Set<string>>();
  const add = (kind: Kind, name: string, user: string) => {
    const key = `${kind} ${name}`;
    found.set(key, (found.get(key) ?? new Set()).add(user));
  };
  for (const container of Object.values(containers)) {
    const user = userOf(container);
    for (const name of volumeNames(container.volumes)) add("volume", name, user);
    for (const name of networkNames(container.networks)) add("network", name, user);
    const pod = container.pod === null ? undefined : pods[container.pod];
    if (container.pod === null || pod === undefined) continue;
    add("pod", container.pod, user);
    for (const name of networkNames(pod.networks)) add("network", name, user);
  }
  for (const [name, pod] of Object.entries(pods)) {
    if (found.has(`pod ${name}`)) continue;
    for (const network of networkNames(pod.networks)) add("network", network, "root");
  }
  return (kind, name) => found.get(`${kind} ${name}`) ?? nobody;
}

const nobody: ReadonlySet<string> = new Set();

/** In the order of their names; without what somebody else makes. */
export function ociObjects(oci: Oci, users: HostUsers): OciObject[] {
  const { backend: engine, networks, volumes, pods } = oci;
  const usersOf = objectUsers(oci);
  const common = (kind: Kind, name: string) => {
    const [user = "root"] = usersOf(kind, name);
    return { name, engine, owner: ownerNamed(user, users), used: usersOf(kind, name).size > 0 };
  };
  return [
    ...byName(networks).flatMap(([name, { external, ...same }]): OciObject[] =>
      external ? [] : [{ kind: "network", ...common("network", name), ...same }],
    ),
    ...byName(volumes).flatMap(([name, { external, ...same }]): OciObject[] =>
      external ? [] : [{ kind: "volume", ...common("volume", name), ...same }],
    ),
    ...byName(pods).map(([name, pod]): OciPod => {
      const own = common("pod", name);
      return { kind: "pod", ...own, ...pod, needs: networkUnits(oci, pod.networks, own.owner) };
    }),
  ];
}

/** Units of the objects that a container names, and that are ours to make. */
export function objectUnitsOf(
  oci: Oci,
  container: Pick<Oci["containers"][string], "networks" | "volumes" | "pod">,
  owner: RunAs,
): string[] {
  const volumes = volumeNames(container.volumes).filter((name) => isOurs(oci.volumes, name));
  const pod = container.pod !== null && Object.hasOwn(oci.pods, container.pod) ? [container.pod] : [];
  const unit = (kind: Kind) => (name: string) => objectUnit({ kind, name, engine: oci.backend, owner });
  return [...networkUnits(oci, container.networks, owner), ...volumes.map(unit("volume")), ...pod.map(unit("pod"))];
}

const networkUnits = (oci: Oci, networks: readonly string[], owner: RunAs): string[] =>
  networkNames(networks)
    .filter((name) => isOurs(oci.networks, name))
    .map((name) => objectUnit({ kind: "network", name, engine: oci.backend, owner }));

const isOurs = (declared: Readonly<Record<string, { readonly external: boolean }>>, name: string): boolean =>
  Object.hasOwn(declared, name) && declared[name]?.external === false;

const byName = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
