/** OCI containers: what is declared, as their engine must know it. */
import type { HostConfig, OciConfig } from "../../options/index.ts";
import { containerUnit } from "../../runtimes/nspawn/index.ts";
import { type OciContainer, ociUnit } from "../../runtimes/oci/index.ts";
import type { Layout } from "../../store/layout.ts";
import { runReference } from "../../systems/images/recipe.ts";
import { type Lock, pinnedImage } from "../../systems/lock.ts";
import { healthOf } from "../health.ts";
import { secretsOf } from "../secrets.ts";
import { imageRequestOf } from "./images.ts";
import { objectUnitsOf } from "./objects.ts";
import { type HostUsers, ownerNamed, userOf } from "./owners.ts";
import { proxyVariables } from "./proxies.ts";
import { ociTrust } from "./trust.ts";

type Declared = Pick<HostConfig, "containers" | "ociContainers">;

/** In the order of their names. */
export function ociContainers(
  config: Declared & Pick<HostConfig, "networking">,
  lock: Lock,
  users: HostUsers,
  layout: Layout,
): OciContainer[] {
  const { containers } = config.ociContainers;
  return Object.keys(containers)
    .sort()
    .flatMap((name) => {
      const container = containers[name];
      return container === undefined ? [] : resolve(name, container, config, lock, users, layout);
    });
}

/** The unit of a container of either kind; null where there is none of that name. */
export function unitOf(name: string, { containers, ociContainers }: Declared): string | null {
  if (Object.hasOwn(containers, name)) return containerUnit(name);
  const container = ociContainers.containers[name];
  return container === undefined ? null : ociUnit(ociContainers.backend, name, container.serviceName);
}

function resolve(
  name: string,
  container: OciConfig,
  config: Declared & Pick<HostConfig, "networking">,
  lock: Lock,
  users: HostUsers,
  layout: Layout,
): OciContainer {
  const { backend } = config.ociContainers;
  const { podman, dependsOn, serviceName, healthcheck, ...same } = container;
  const { engine, user, image, source } = imageRequestOf(name, container, backend);
  const runAs = ownerNamed(backend === "podman" ? userOf(container) : "root", users);
  const recipe = { engine, user, image, pinned: pinnedImage(lock, { image, source }), source };
  return {
    name,
    engine: backend,
    unit: ociUnit(backend, name, serviceName),
    ...same,
    podPorts: container.pod === null ? [] : (config.ociContainers.pods[container.pod]?.ports ?? []),
    secrets: secretsOf(container, true),
    image: runReference(recipe),
    recipe,
    place: null,
    objects: objectUnitsOf(config.ociContainers, container, runAs),
    dependsOn,
    needs: dependsOn.flatMap((other) => unitOf(other, config) ?? []),
    commandEnvironment: proxyVariables(config.networking),
    runAs,
    trustedBecause: ociTrust(container, layout),
    ready: podman?.sdnotify ?? "conmon",
    health: healthOf(healthcheck),
  };
}
