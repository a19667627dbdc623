/** Evaluation to Generation: what the host should have, as one frozen value. */
import { type Evaluation, placesOf } from "../modules/index.ts";
import type { Bridge } from "../network/index.ts";
import type { ContainerConfig, HostConfig, SystemConfig } from "../options/index.ts";
import { hostNetworkParts } from "../runtimes/host-network/index.ts";
import { type ContainerSystem, containerParts, type SystemContainer, sharedParts } from "../runtimes/nspawn/index.ts";
import { foundAt, type OciContainer, type OciObject, objectParts, ociHosts, ociParts } from "../runtimes/oci/index.ts";
import type { Layout } from "../store/layout.ts";
import { flakeProfile } from "../store/nix-places.ts";
import { type LockedAccounts, noAccounts } from "../systems/account-numbers.ts";
import type { Lock } from "../systems/lock.ts";
import { type Recipe, recipeName, type StoreName } from "../systems/recipe.ts";
import { bridgesOf } from "./bridges.ts";
import { inBuildOrder } from "./build-order.ts";
import { checkFurther } from "./checks/further.ts";
import { checkHost } from "./checks/index.ts";
import { checkSource } from "./checks/source.ts";
import { type Children, childRecipes, type SystemRecipes, withChildren } from "./children.ts";
import { firewallOf } from "./firewall.ts";
import type { Generation } from "./generation.ts";
import { healthOf } from "./health.ts";
import { lazyGeneration, type Made } from "./lazy.ts";
import { bindsOf, tmpfsMounts } from "./mounts.ts";
import { networkFor } from "./networks.ts";
import { ociContainers, unitOf } from "./oci/containers.ts";
import { knownPlaces, placed, withDefaultNetwork } from "./oci/names.ts";
import { checkObjects } from "./oci/object-checks.ts";
import { ociObjects } from "./oci/objects.ts";
import { checkOwners, type HostUsers, noUsers } from "./oci/owners.ts";
import { engineSide, hostsOfAll, namesPieces } from "./oci/shared-names.ts";
import { type Piece, pieceOf } from "./piece.ts";
import { type PlacesOf, Problems } from "./problems.ts";
import { enabled, type Packages, packagesOf, requestOf, requestText, type SystemRequest } from "./requests.ts";
import { secretsOf } from "./secrets.ts";
import { noSources, type Sources } from "./sources.ts";
import { piecesOf } from "./stencils.ts";
import { sysctlsOf } from "./sysctl.ts";
import { toplevelRecipe } from "./toplevel.ts";
import { trustOf } from "./trust.ts";
import { usersFor } from "./users.ts";

/** What the configuration does not say itself. */
export interface More {
  /** {@link childrenOf} the evaluation. Default: none. */
  readonly children?: Children;
  /** Text of host.ts, for results that keep it. */
  readonly text?: string;
  /** Of the host: must have what {@link usersAsked} lists, unless there is no such user. Default: none. */
  readonly users?: HostUsers;
}

/**
 * @param evaluation without issues
 * @param lock must cover {@link requestsOf}(evaluation.config)
 * @param hostId a text that no other host has: MAC addresses are derived from it
 * @param sources must have what {@link sourcesOf}(evaluation.config) lists
 * @returns a deep-frozen value; the same input gives the same value, key order included
 * @throws StowageError with all problems of the configuration at once; `not-locked` where the lock lacks a request
 */
export function compile(
  evaluation: Evaluation<HostConfig>,
  lock: Lock,
  layout: Layout,
  hostId = "",
  sources = noSources,
  more: More = {},
): Generation {
  return compileConfig(evaluation.config, lock, layout, (path) => placesOf(evaluation, path), hostId, sources, more);
}

/** {@link compile} of a configuration alone. @param places where options were defined, for messages */
export function compileConfig(
  written: HostConfig,
  lock: Lock,
  layout: Layout,
  places: PlacesOf = () => [],
  hostId = "",
  sources = noSources,
  more: More = {},
): Generation {
  const config = enabled(written);
  const problems = new Problems(places);
  checkHost(config, problems);
  checkObjects(config.ociContainers, problems);
  checkOwners(config, more.users ?? noUsers, problems);
  const systems: Record<StoreName, Recipe> = {};
  const from = { packagesFor: packagesOf(lock), accounts: lock.accounts ?? noAccounts, sources, more };
  const compiled = byName(config.containers).map(([name, container]) => {
    const system = containerSystem(name, container, from, problems);
    Object.assign(systems, system?.recipes);
    return { name, container, system: system?.system };
  });
  problems.throwIfAny();
  return lazyGeneration(() => {
    const containers = compiled.map(({ name, container, system }) => {
      if (system === undefined) throw new Error(`container ${name} has no system and no problem`);
      return resolve(name, container, system, config, layout, hostId);
    });
    const whole = withDefaultNetwork(config);
    const users = more.users ?? noUsers;
    const oci = placed(knownPlaces(layout, whole), ociContainers(whole, lock, users, layout));
    return assemble(layout, bridgesOf(config), containers, oci, ociObjects(whole.ociContainers, users), systems);
  });
}

/** What the systems of containers are made from beside the configuration itself. */
interface Ingredients {
  readonly packagesFor: (request: SystemRequest) => Packages | null;
  readonly accounts: LockedAccounts;
  readonly sources: Sources;
  readonly more: More;
}

/** The system of a container with the recipes that it is made from; null when it added problems. */
function containerSystem(
  name: string,
  container: ContainerConfig,
  from: Ingredients,
  problems: Problems,
): { system: ContainerSystem; recipes: Record<StoreName, Recipe> } | null {
  const { config, path, flake } = container;
  if (config === null) {
    const system = givenSystem(name, path, flake);
    return system === null ? null : { system, recipes: {} };
  }
  const make = (system: SystemConfig, found: Problems) => systemRecipes(name, system, container, from, found);
  const own = make(config, problems);
  const children = from.more.children?.get(name) ?? [];
  const made = childRecipes(name, children, make, problems);
  if (own === null || made.length < children.length) return null;
  const top = children.length === 0 ? own.top : withChildren(own, children, made);
  const toplevel = recipeName(top);
  const recipes: Record<StoreName, Recipe> = { [own.packages.name]: own.packages.recipe, [toplevel]: top };
  for (const { packages, top: child } of made) {
    recipes[packages.name] = packages.recipe;
    recipes[recipeName(child)] = child;
  }
  return { system: { kind: "toplevel", toplevel, packages: own.packages.name }, recipes };
}

/** One system of a container; null when it added problems. */
function systemRecipes(
  name: string,
  config: SystemConfig,
  container: ContainerConfig,
  { packagesFor, accounts, sources, more }: Ingredients,
  problems: Problems,
): SystemRecipes | null {
  if (!checkSource(name, config, problems)) return null;
  if (config !== container.config) checkFurther(name, container, config, problems);
  const request = requestOf(config);
  const packages = packagesFor(request);
  if (packages === null) {
    problems.add(
      {
        code: "not-locked",
        message: `stowage.lock does not have the packages of container ${name}`,
        details: [requestText(request)],
        hint: "run `stowage build`",
      },
      ["containers", name, "config", "packages"],
    );
    // What else is wrong with it is told now, before anybody resolves packages.
    toplevelRecipe(name, config, "", container, sources, accounts, problems);
    return null;
  }
  const top = toplevelRecipe(name, config, packages.name, container, sources, accounts, problems);
  return top === null ? null : { packages, top: { ...top, ...aboutSystem(config, more.text ?? null) } };
}

/** @param text of host.ts */
function aboutSystem({ system, boot }: SystemConfig, text: string | null) {
  const { kind, suite, path } = system.source;
  return {
    configurationName: system.configurationName || boot.loader.grub.configurationName,
    version: `${kind} ${kind === "debian" ? suite : path}`,
    stateVersion: system.stateVersion,
    configuration: system.copySystemConfiguration ? text : null,
    extraCommands: system.extraSystemBuilderCmds,
  };
}

function givenSystem(name: string, path: string | null, flake: string | null): ContainerSystem | null {
  if (flake !== null) return { kind: "path", path: flakeProfile(name), flake };
  return path === null ? null : { kind: "path", path: path.replace(/(.)\/$/, "$1") };
}

function resolve(
  name: string,
  container: ContainerConfig,
  system: ContainerSystem,
  config: HostConfig,
  layout: Layout,
  hostId: string,
): SystemContainer {
  const users = usersFor(container);
  return {
    name,
    system,
    autoStart: container.autoStart,
    ephemeral: container.ephemeral,
    dependsOn: container.dependsOn,
    needs: container.dependsOn.flatMap((other) => unitOf(other, config) ?? []),
    network: networkFor(name, container, hostId),
    firewall: firewallOf(container),
    sysctls: sysctlsOf(container),
    copyResolvConf: container.copyResolvConf,
    users,
    trust: trustOf(name, config, users, layout),
    capabilities: container.additionalCapabilities,
    tun: container.enableTun,
    devices: container.allowedDevices,
    binds: bindsOf(container, config),
    tmpfs: tmpfsMounts(container),
    extraFlags: container.extraFlags,
    secrets: secretsOf(container, system.kind === "toplevel"),
    resources: container.resources,
    health: healthOf(container.healthcheck),
    timeoutStartSec: container.timeoutStartSec,
    restartIfChanged: container.restartIfChanged,
    onChange: container.onChange,
  };
}

function assemble(
  layout: Layout,
  bridges: readonly Bridge[],
  containers: readonly SystemContainer[],
  ociContainers: readonly OciContainer[],
  objects: readonly OciObject[],
  systems: Record<StoreName, Recipe>,
): Made {
  const made = new Set(bridges.map(({ name }) => name));
  const shared = { containers, oci: ociContainers.flatMap(foundAt) };
  const engine = ociContainers[0]?.engine ?? "podman";
  return {
    pieces: [
      pieceOf(sharedParts(layout, containers, shared.oci.map(ociHosts))),
      pieceOf(hostNetworkParts(layout, bridges, containers, engineSide(shared.oci, engine))),
      ...namesPieces(layout, shared).map(pieceOf),
      ...piecesOf(containers, (container) => containerParts(layout, container, made)),
      ...objectPieces(layout, ociContainers, objects),
      ...ociContainers.map((container) => pieceOf(ociParts(layout, container))),
    ],
    hosts: hostsOfAll(shared),
    systems: inBuildOrder(systems),
  };
}

/** Nothing where there are none. */
function objectPieces(layout: Layout, containers: readonly OciContainer[], objects: readonly OciObject[]): Piece[] {
  const parts = objectParts(
    layout,
    objects,
    containers.map(({ runAs }) => runAs),
  );
  return parts.units.length === 0 ? [] : [pieceOf(parts)];
}

const byName = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
