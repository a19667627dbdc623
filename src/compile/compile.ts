/** Evaluation to Generation: what the host should have, as one frozen value. */
import { type Evaluation, placesOf } from "../modules/index.ts";
import { type Bridge, hostsEntries } from "../network/index.ts";
import type { ContainerConfig, HostConfig } from "../options/index.ts";
import { hostNetworkParts } from "../runtimes/host-network/index.ts";
import {
  type ContainerSystem,
  containerParts,
  ownNetwork,
  type SystemContainer,
  sharedParts,
} from "../runtimes/nspawn/index.ts";
import type { Layout } from "../store/layout.ts";
import { flakeProfile } from "../store/nix-places.ts";
import type { Lock } from "../systems/lock.ts";
import { type DebianRequest, type Recipe, recipeName, type StoreName } from "../systems/recipe.ts";
import { ownershipMark } from "../units/index.ts";
import { bridgesOf } from "./bridges.ts";
import { checkHost } from "./checks/index.ts";
import { firewallOf } from "./firewall.ts";
import type { Content, Generation, HostFile } from "./generation.ts";
import { lazyGeneration } from "./lazy.ts";
import { bindsOf, tmpfsMounts } from "./mounts.ts";
import { networkFor } from "./networks.ts";
import { type PlacesOf, Problems } from "./problems.ts";
import { enabled, type Packages, packagesOf, requestOf } from "./requests.ts";
import { noSources, type Sources } from "./sources.ts";
import { toplevelRecipe } from "./toplevel.ts";
import { trustOf } from "./trust.ts";
import { usersFor } from "./users.ts";

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
): Generation {
  return compileConfig(evaluation.config, lock, layout, (path) => placesOf(evaluation, path), hostId, sources);
}

/** {@link compile} of a configuration alone. @param places where options were defined, for messages */
export function compileConfig(
  written: HostConfig,
  lock: Lock,
  layout: Layout,
  places: PlacesOf = () => [],
  hostId = "",
  sources = noSources,
): Generation {
  const config = enabled(written);
  const problems = new Problems(places);
  checkHost(config, problems);
  const systems: Record<StoreName, Recipe> = {};
  const packages = packagesOf(lock);
  const compiled = byName(config.containers).map(([name, container]) => {
    const system = containerSystem(name, container, packages, sources, problems);
    Object.assign(systems, system?.recipes);
    return { name, container, system: system?.system };
  });
  problems.throwIfAny();
  return lazyGeneration(() => {
    const containers = compiled.map(({ name, container, system }) => {
      if (system === undefined) throw new Error(`container ${name} has no system and no problem`);
      return resolve(name, container, system, config, layout, hostId);
    });
    return assemble(layout, bridgesOf(config), containers, systems);
  });
}

/** The system of a container with the recipes that it is made from; null when it added problems. */
function containerSystem(
  name: string,
  container: ContainerConfig,
  packagesFor: (request: DebianRequest) => Packages | null,
  sources: Sources,
  problems: Problems,
): { system: ContainerSystem; recipes: Record<StoreName, Recipe> } | null {
  const { config, path, flake } = container;
  if (config === null) {
    const system = givenSystem(name, path, flake);
    return system === null ? null : { system, recipes: {} };
  }
  const request = requestOf(config);
  const found = packagesFor(request);
  if (found === null) {
    problems.add(
      {
        code: "not-locked",
        message: `stowage.lock does not have the packages of container ${name}`,
        details: [`${request.suite}: ${request.packages.join(" ") || "(the base only)"}`],
        hint: "run `stowage build`",
      },
      ["containers", name, "config", "packages"],
    );
    // What else is wrong with it is told now, before anybody resolves packages.
    toplevelRecipe(name, config, "", container, sources, problems);
    return null;
  }
  const { recipe, name: packages } = found;
  const top = toplevelRecipe(name, config, packages, container, sources, problems);
  if (top === null) return null;
  const toplevel = recipeName(top);
  return { system: { kind: "toplevel", toplevel, packages }, recipes: { [packages]: recipe, [toplevel]: top } };
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
    network: networkFor(name, container, hostId),
    firewall: firewallOf(container),
    copyResolvConf: container.copyResolvConf,
    users,
    trust: trustOf(name, config, users, layout),
    capabilities: container.additionalCapabilities,
    tun: container.enableTun,
    devices: container.allowedDevices,
    binds: bindsOf(container, config),
    tmpfs: tmpfsMounts(container),
    extraFlags: container.extraFlags,
    timeoutStartSec: container.timeoutStartSec,
    restartIfChanged: container.restartIfChanged,
    onChange: container.onChange,
  };
}

function assemble(
  layout: Layout,
  bridges: readonly Bridge[],
  containers: readonly SystemContainer[],
  systems: Record<StoreName, Recipe>,
): Content {
  const shared = sharedParts(layout, containers);
  const network = hostNetworkParts(layout, bridges, containers);
  const made = new Set(bridges.map(({ name }) => name));
  const parts = containers.map((container) => containerParts(layout, container, made));
  return {
    units: sorted([shared, network, ...parts], ({ units }) => units.map((unit) => [unit.name, unit])),
    unitLinks: sorted([network, ...parts], (part) => Object.entries(part.unitLinks)),
    files: sorted([shared, network, ...parts], ({ files }) =>
      files.map(([path, text]) => [path, hostFile(path, text)]),
    ),
    hosts: containers.flatMap((container) => ownNetwork(container) ?? []).flatMap(hostsEntries),
    ports: parts.flatMap((part) => part.part.ports),
    containers: sorted(parts, ({ part }) => [[part.name, part]]),
    systems: inBuildOrder(systems),
  };
}

/** Our mark is a comment in every format of ours but JSON, which says it by a key. */
function hostFile(path: string, text: string): HostFile {
  return { text: path.endsWith(".json") ? text : `${ownershipMark}\n${text}`, mode: "0644" };
}

/** Package trees before what is made above them. */
function inBuildOrder(systems: Record<StoreName, Recipe>): Record<StoreName, Recipe> {
  const entries = byName(systems);
  const of = (kind: Recipe["kind"]) => entries.filter(([, recipe]) => recipe.kind === kind);
  return Object.fromEntries([...of("debian"), ...of("toplevel")]);
}

type Entry<T> = readonly [name: string, value: T];

/** One record of what each part has, by name; of two with one name the last counts. */
function sorted<P, T>(parts: readonly P[], entriesOf: (part: P) => readonly Entry<T>[]): Record<string, T> {
  const all: Entry<T>[] = [];
  for (const part of parts) for (const entry of entriesOf(part)) all.push(entry);
  // Stable: of one name the last one remains the last.
  all.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const record: Record<string, T> = {};
  for (const [name, value] of all) record[name] = value;
  return record;
}

const byName = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
