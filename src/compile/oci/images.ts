/** What a configuration asks for images of OCI containers. */
import type { HostConfig, OciConfig } from "../../options/index.ts";
import type { ImageRequest, ImageSource, RegistryLogin } from "../../systems/images/recipe.ts";

/** One for each container, in the order of their names. */
export function imageRequestsOf(config: Pick<HostConfig, "ociContainers">): ImageRequest[] {
  const { backend, containers } = config.ociContainers;
  return Object.entries(containers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, container]) => imageRequestOf(name, container, backend));
}

export const imageRequestOf = (container: string, config: OciConfig, backend: "podman" | "docker"): ImageRequest => ({
  container,
  engine: backend,
  user: backend === "podman" ? (config.podman?.user ?? "root") : "root",
  image: config.image,
  source: sourceOf(config),
  pull: config.pull,
});

function sourceOf({ imageFile, imageStream, login, pull }: OciConfig): ImageSource {
  if (imageFile !== null) return { kind: "file", path: imageFile };
  if (imageStream !== null) return { kind: "stream", path: imageStream };
  return pull === "never" ? { kind: "here" } : { kind: "registry", login: loginOf(login) };
}

/** As NixOS has it: with all three. */
function loginOf({ registry, username, passwordFile }: OciConfig["login"]): RegistryLogin | null {
  return registry === null || username === null || passwordFile === null ? null : { registry, username, passwordFile };
}
