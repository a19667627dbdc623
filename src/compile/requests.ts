/** What the configuration asks of package sources: all that the lock must cover before anything can be compiled. */
import type { HostConfig, SystemConfig } from "../options/index.ts";
import { type Lock, recipeFor } from "../systems/lock.ts";
import { type DebianRecipe, type DebianRequest, recipeName, type StoreName } from "../systems/recipe.ts";

/** Without the containers where they are declared and not wanted. */
export const enabled = (config: HostConfig): HostConfig =>
  config.boot.enableContainers ? config : { ...config, containers: {} };

/** One request for each different list of packages, in a stable order. */
export function requestsOf(config: HostConfig): DebianRequest[] {
  const all = Object.values(enabled(config).containers).flatMap((container) =>
    container.config === null ? [] : [requestOf(container.config)],
  );
  const byText = new Map(all.map((request) => [textOf(request), request]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, request]) => request);
}

export function requestOf(system: SystemConfig): DebianRequest {
  const { suite, components, furtherSuites, mirror, securityMirror, keyring } = system.system.source;
  const plain = components.length === 1 && components[0] === "main";
  const declared = mirror !== null || securityMirror !== null || keyring !== null;
  return {
    kind: "debian",
    suite,
    packages: [...new Set(system.packages)].sort(),
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

/** No part of it can hold a blank, and no package name a colon. */
function textOf({ suite, packages, components, furtherSuites, mirror }: DebianRequest): string {
  const names = [suite, ...packages].join(" ");
  if (components === undefined && furtherSuites === undefined && mirror === undefined) return names;
  return [names, ":", components, furtherSuites ?? "-", mirror?.main, mirror?.security, mirror?.keyring].join(" ");
}

export interface Packages {
  readonly recipe: DebianRecipe;
  readonly name: StoreName;
}

/** Looks requests up in a lock, each once: a recipe lists every package, and hashing it for 1000 containers takes long. */
export function packagesOf(lock: Lock): (request: DebianRequest) => Packages | null {
  const known = new Map<string, Packages | null>();
  return (request) => {
    const text = textOf(request);
    const found = known.get(text);
    if (found !== undefined) return found;
    const recipe = recipeFor(lock, request);
    const packages = recipe === null ? null : { recipe, name: recipeName(recipe) };
    known.set(text, packages);
    return packages;
  };
}
