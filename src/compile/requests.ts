/** What the configuration asks of package sources: all that the lock must cover before anything can be compiled. */
import type { HostConfig, SystemConfig } from "../options/index.ts";
import type { DebianRequest } from "../systems/recipe.ts";

/** One request for each different list of packages, in a stable order. */
export function requestsOf(config: HostConfig): DebianRequest[] {
  const all = Object.values(config.containers).flatMap((container) =>
    container.config === null ? [] : [requestOf(container.config)],
  );
  const byText = new Map(all.map((request) => [[request.suite, ...request.packages].join(" "), request]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, request]) => request);
}

export function requestOf(system: SystemConfig): DebianRequest {
  return {
    kind: "debian",
    suite: system.system.source.suite,
    packages: [...new Set(system.packages)].sort(),
  };
}
