/** Options of `podman run` and `docker run` that both have, in NixOS's order. Facts: podman-run(1), docker-run(1). */
import type { OciContainer } from "./container.ts";
import { nameArguments } from "./names.ts";
import { resourceArguments } from "./resources.ts";
import { secretArguments } from "./secrets.ts";

/** @param own of the engine's own, after the name and the log's */
export function runArguments(container: OciContainer, own: readonly string[]): string[] {
  const { name, logDriver, entrypoint, hostname, user, workdir } = container;
  return [
    `--name=${name}`,
    `--log-driver=${logDriver}`,
    ...optional("--entrypoint=", entrypoint),
    ...optional("--hostname=", hostname),
    ...own,
    ...Object.entries(container.environment).flatMap(([key, value]) => ["-e", `${key}=${value}`]),
    ...container.environmentFiles.flatMap((file) => ["--env-file", file]),
    ...container.ports.flatMap((port) => ["-p", port]),
    ...(user === null ? [] : ["-u", user]),
    ...secretArguments(container),
    ...container.volumes.flatMap((volume) => ["-v", volume]),
    ...Object.entries(container.labels).flatMap(([key, value]) => ["-l", `${key}=${value}`]),
    ...(workdir === null ? [] : ["-w", workdir]),
    ...(container.privileged ? ["--privileged"] : []),
    ...(container.autoRemoveOnStop ? ["--rm"] : []),
    ...capabilityArguments(container),
    ...container.devices.map((device) => `--device=${device}`),
    ...(container.pod === null ? [] : [`--pod=${container.pod}`]),
    ...networksOf(container).map((network) => `--network=${network}`),
    ...nameArguments(container),
    ...resourceArguments(container),
    // What is pinned was fetched by the switch: a start asks nobody.
    "--pull=never",
    ...container.extraOptions,
    container.image,
    ...container.cmd,
  ];
}

/** Each once: docker refuses one that is there twice. */
export const networksOf = ({ networks }: OciContainer): string[] => [...new Set(networks)];

function capabilityArguments({ capabilities }: OciContainer): string[] {
  const names = (wanted: boolean) => Object.keys(capabilities).filter((name) => capabilities[name] === wanted);
  return [...names(true).map((name) => `--cap-add=${name}`), ...names(false).map((name) => `--cap-drop=${name}`)];
}

const optional = (option: string, value: string | null): string[] => (value === null ? [] : [`${option}${value}`]);
