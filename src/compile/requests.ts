/** What the configuration asks of package sources: all that the lock must cover before anything can be compiled. */
import type { HostConfig, SystemConfig } from "../options/index.ts";
import { importFor, importName, type Lock, recipeFor } from "../systems/lock.ts";
import {
  type DebianRecipe,
  type DebianRequest,
  type ImportRecipe,
  type ImportRequest,
  recipeName,
  type StoreName,
} from "../systems/recipe.ts";
import { impliedPackages } from "./settings.ts";

export type SystemRequest = DebianRequest | ImportRequest;

/** Without the containers where they are declared and not wanted. */
export const enabled = (config: HostConfig): HostConfig =>
  config.boot.enableContainers ? config : { ...config, containers: {} };

/** One request for each different list of packages, in a stable order. */
export const requestsOf = (config: HostConfig): DebianRequest[] => allRequests(config).filter(isDebian);

/** One for each source that is imported whole. */
export const importsOf = (config: HostConfig): ImportRequest[] =>
  allRequests(config).filter((request): request is ImportRequest => !isDebian(request));

const isDebian = (request: SystemRequest): request is DebianRequest => request.kind === "debian";

function allRequests(config: HostConfig): SystemRequest[] {
  const all = Object.values(enabled(config).containers).flatMap((container) =>
    container.config === null ? [] : [requestOf(container.config)],
  );
  const byText = new Map(all.map((request) => [textOf(request), request]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, request]) => request);
}

export function requestOf(system: SystemConfig): SystemRequest {
  const { kind, path } = system.system.source;
  // Without a path it has a problem, which the checks tell.
  return kind === "debian" ? debianRequest(system) : { kind, path: path ?? "" };
}

function debianRequest(system: SystemConfig): DebianRequest {
  const { suite, components, furtherSuites, mirror, securityMirror, keyring } = system.system.source;
  const plain = components.length === 1 && components[0] === "main";
  const declared = mirror !== null || securityMirror !== null || keyring !== null;
  return {
    kind: "debian",
    suite,
    packages: [...new Set([...system.packages, ...impliedPackages(system)])].sort(),
    ...(!plain && { components: [...new Set(components)].sort() }),
    ...(furtherSuites !== null && { furtherSuites: [...new Set(furtherSuites)].sort() }),
    ...(declared && {
      mirror: {
        ...(mirror !== null && { main: mirror }),
        ...(securityMirror !== null && { security: securityMirror }),
        ...(keyring !== null && { keyring }),
      },
    }),
  };
}

/** For people. */
export const requestText = (request: SystemRequest): string =>
  isDebian(request) ? `${request.suite}: ${request.packages.join(" ") || "(the base only)"}` : importName(request);

/** No part of it can hold a blank, and no package name a colon; no suite is named as a kind of import. */
function textOf(request: SystemRequest): string {
  if (!isDebian(request)) return importName(request);
  const { suite, packages, components, furtherSuites, mirror } = request;
  const names = [suite, ...packages].join(" ");
  if (components === undefined && furtherSuites === undefined && mirror === undefined) return names;
  return [names, ":", components, furtherSuites ?? "-", mirror?.main, mirror?.security, mirror?.keyring].join(" ");
}

export interface Packages {
  readonly recipe: DebianRecipe | ImportRecipe;
  readonly name: StoreName;
}

/** Looks requests up in a lock, each once: a recipe lists every package, and hashing it for 1000 containers takes long. */
export function packagesOf(lock: Lock): (request: SystemRequest) => Packages | null {
  const known = new Map<string, Packages | null>();
  return (request) => {
    const text = textOf(request);
    const found = known.get(text);
    if (found !== undefined) return found;
    const recipe = isDebian(request) ? recipeFor(lock, request) : importFor(lock, request);
    const packages = recipe === null ? null : { recipe, name: recipeName(recipe) };
    known.set(text, packages);
    return packages;
  };
}
