/** Checks of networks, volumes and pods of OCI containers, and of what names them. */
import { nearestNames } from "../../modules/suggest.ts";
import { isWithin, overlaps, type Subnet, subnetOf } from "../../network/index.ts";
import type { HostConfig, OciConfig } from "../../options/index.ts";
import { type Problems, showOption } from "../problems.ts";
import { objectUsers } from "./objects.ts";
import { isMode, networkNames, volumeNames } from "./references.ts";

type Oci = HostConfig["ociContainers"];
type Plural = "networks" | "volumes" | "pods";

const plurals = { network: "networks", volume: "volumes", pod: "pods" } as const;
const at = (...path: string[]): string[] => ["ociContainers", ...path];

export function checkObjects(oci: Oci, problems: Problems): void {
  for (const kind of ["networks", "volumes", "pods"] as const)
    for (const name of Object.keys(oci[kind])) checkObjectName(kind, name, problems);
  for (const kind of ["networks", "volumes"] as const)
    for (const [name, one] of Object.entries(oci[kind])) checkExternal(kind, name, one, problems);
  for (const [name, network] of Object.entries(oci.networks)) checkNetwork(name, network, oci.backend, problems);
  checkOverlaps(oci.networks, problems);
  for (const [name, container] of Object.entries(oci.containers)) {
    checkReferences(`OCI container ${name}`, at("containers", name), "networks", container.networks, oci, problems);
    checkReferences(`OCI container ${name}`, at("containers", name), "volumes", container.volumes, oci, problems);
    if (container.pod !== null) checkMember(name, container, container.pod, oci, problems);
  }
  for (const [name, { networks }] of Object.entries(oci.pods))
    checkReferences(`pod ${name}`, at("pods", name), "networks", networks, oci, problems);
  checkPods(oci, problems);
  checkOneOwner(oci, problems);
}

/** As both engines take it. */
const objectName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

function checkObjectName(kind: Plural, name: string, problems: Problems): void {
  const isReserved = kind === "networks" && isMode(name);
  if (objectName.test(name) && !isReserved) return;
  problems.add(
    {
      code: "bad-name",
      message: `${JSON.stringify(name)} cannot be the name of a ${kind.slice(0, -1)}`,
      details: [
        isReserved
          ? "it means a way of networking, or a network that engines have by themselves"
          : "names are 1 to 64 letters, digits, `_`, `.` and `-`, beginning with a letter or digit",
      ],
    },
    at(kind, name),
  );
}

/** What somebody else makes is as he makes it. */
function checkExternal(kind: Plural, name: string, one: Oci["networks" | "volumes"][string], problems: Problems): void {
  if (!one.external) return;
  const said = Object.entries({ ...one, driver: null })
    .filter(([key, value]) => key !== "external" && !isNothing(value))
    .map(([key]) => key);
  for (const key of said) {
    problems.add(
      {
        code: "external-object",
        message: `${kind.slice(0, -1)} ${name} is made by somebody else (external), so ${key} cannot be said here`,
        hint: `remove ${showOption(at(kind, name, key))}, or external`,
      },
      at(kind, name, key),
    );
  }
}

const isNothing = (value: unknown): boolean =>
  value === null || value === false || (typeof value === "object" && Object.keys(value).length === 0);

function checkNetwork(
  name: string,
  network: Oci["networks"][string],
  backend: Oci["backend"],
  problems: Problems,
): void {
  const { driver, parent, subnets, gateways, ipv6 } = network;
  const add = (option: string, message: string, hint: string) =>
    problems.add({ code: "bad-network", message: `network ${name}: ${message}`, hint }, at("networks", name, option));
  if (driver === "bridge" && parent !== null)
    add("parent", "a bridge has no parent interface", 'set driver = "macvlan" or "ipvlan", or remove parent');
  const known = subnets.map(subnetOf);
  for (const [index, subnet] of known.entries())
    if (subnet?.hasHostBits)
      add("subnets", `${subnets[index]} is an address in a subnet, not the subnet`, "write the subnet's first address");
  for (const [index, gateway] of gateways.entries()) {
    const subnet = known[index] ?? null;
    if (subnet === null)
      add("gateways", `the gateway ${gateway} has no subnet`, "give one in subnets for each gateway");
    else if (!isWithin(subnet, gateway))
      add("gateways", `the gateway ${gateway} is not in ${subnets[index]}`, "gateways are in the order of subnets");
  }
  if (ipv6 && backend === "docker" && !known.some((subnet) => subnet?.family === 6))
    add("ipv6", "docker chooses no IPv6 subnet by itself", 'give one, such as "fd00:5::/64", in subnets');
}

function checkOverlaps(networks: Oci["networks"], problems: Problems): void {
  const all = Object.entries(networks).flatMap(([name, { subnets }]) =>
    subnets.flatMap((text): { name: string; text: string; subnet: Subnet }[] => {
      const subnet = subnetOf(text);
      return subnet === null ? [] : [{ name, text, subnet }];
    }),
  );
  for (const [index, one] of all.entries()) {
    for (const other of all.slice(0, index)) {
      if (!overlaps(one.subnet, other.subnet)) continue;
      problems.add(
        {
          code: "subnet-clash",
          message: `${other.text} of network ${other.name} and ${one.text} of network ${one.name} have addresses in common`,
          hint: "give each network addresses of its own",
        },
        at("networks", one.name, "subnets"),
        at("networks", other.name, "subnets"),
      );
    }
  }
}

/** Where none is declared, names are the engine's own affair, as on NixOS. */
function checkReferences(
  who: string,
  path: readonly string[],
  kind: "networks" | "volumes",
  written: readonly string[],
  oci: Oci,
  problems: Problems,
): void {
  const declared = Object.keys(oci[kind]);
  if (declared.length === 0) return;
  const names = kind === "networks" ? networkNames(written) : volumeNames(written);
  for (const name of names) {
    if (Object.hasOwn(oci[kind], name)) continue;
    const word = kind.slice(0, -1);
    problems.add(
      {
        code: `unknown-${word}`,
        message: `${who} has the ${word} ${JSON.stringify(name)}, and there is none of that name in ociContainers.${kind}`,
        details: [`where some are declared, all are: one that somebody else makes with \`external: true\``],
        hint: nearOf(name, declared),
      },
      [...path, kind],
    );
  }
}

function nearOf(name: string, declared: readonly string[]): string {
  const near = nearestNames(name, declared);
  return near.length > 0 ? `did you mean ${near.join(" or ")}?` : `there are: ${[...declared].sort().join(", ")}`;
}

function checkMember(name: string, container: OciConfig, pod: string, oci: Oci, problems: Problems): void {
  const option = at("containers", name, "pod");
  if (!Object.hasOwn(oci.pods, pod)) {
    const declared = Object.keys(oci.pods);
    problems.add(
      {
        code: "unknown-pod",
        message: `OCI container ${name} is part of the pod ${JSON.stringify(pod)}, and there is no such pod`,
        hint: declared.length === 0 ? `declare it: ociContainers.pods.${pod}` : nearOf(pod, declared),
      },
      option,
    );
    return;
  }
  const said = { ports: container.ports, networks: container.networks, hostname: container.hostname };
  for (const [key, value] of Object.entries(said)) {
    if (isNothing(value)) continue;
    problems.add(
      {
        code: "pod-has-it",
        message: `OCI container ${name} is part of the pod ${pod}, whose ${key} it has`,
        hint: `move ${showOption(at("containers", name, key))} to ${showOption(at("pods", pod, key))}`,
      },
      at("containers", name, key),
      option,
    );
  }
}

function checkPods({ backend, pods }: Oci, problems: Problems): void {
  const [first] = Object.keys(pods);
  if (backend === "podman" || first === undefined) return;
  problems.add(
    {
      code: "only-podman",
      message: "pods are podman's, and docker runs the OCI containers",
      hint: 'set ociContainers.backend = "podman", or use a network in place of the pod',
    },
    at("pods", first),
  );
}

/** What an engine has for one user nobody else's containers can have. */
function checkOneOwner(oci: Oci, problems: Problems): void {
  if (oci.backend === "docker") return;
  const usersOf = objectUsers(oci);
  for (const kind of ["network", "volume", "pod"] as const) {
    for (const [name, one] of Object.entries(oci[plurals[kind]])) {
      if ("external" in one && one.external) continue;
      const users = [...usersOf(kind, name)].sort();
      if (users.length < 2) continue;
      problems.add(
        {
          code: "two-owners",
          message: `${kind} ${name} is named by containers of ${users.join(" and ")}`,
          details: [`podman keeps what it runs for each user apart: they would not have the same ${kind}`],
          hint: `declare one for each, or give these containers the same podman.user`,
        },
        at(plurals[kind], name),
      );
    }
  }
}
