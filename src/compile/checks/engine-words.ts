/** Checks of names that an engine would take for something else, and of settings that the chosen one does not have. */
import { nearestNames } from "../../modules/suggest.ts";
import type { HostConfig, OciConfig } from "../../options/index.ts";
import { type Problems, showOption } from "../problems.ts";
import { knownCapabilities } from "./confinement.ts";

const at = (name: string, option: string): string[] => ["ociContainers", "containers", name, option];

export function checkEngineWords({ ociContainers }: Pick<HostConfig, "ociContainers">, problems: Problems): void {
  for (const [name, container] of Object.entries(ociContainers.containers)) {
    checkNames(name, "environment", container, problems);
    checkNames(name, "labels", container, problems);
    checkCapabilities(name, container, problems);
    checkElsewhere(name, ociContainers.backend, container, problems);
    if (ociContainers.backend === "docker" && container.podman !== null) {
      const option = at(name, "podman");
      problems.add(
        {
          code: "setting-of-another-engine",
          message: `${showOption(option)} is set, and the backend is docker`,
          details: ["rootless containers and readiness by message are podman's alone"],
          hint: "remove it, or choose podman as ociContainers.backend",
        },
        option,
        ["ociContainers", "backend"],
      );
    }
  }
}

/** Engines take NAME=value apart at the first `=`, and blanks off its beginning. */
function checkNames(name: string, kind: "environment" | "labels", container: OciConfig, problems: Problems): void {
  for (const key of Object.keys(container[kind]).filter((key) => !/^[^=\s\p{C}][^=\p{C}]*$/u.test(key))) {
    const option = at(name, kind);
    problems.add(
      {
        code: "bad-variable-name",
        message: `${JSON.stringify(key)} cannot be a name in ${showOption(option)}`,
        hint: "a name has no `=` and no control characters, and does not begin with a blank",
      },
      option,
    );
  }
}

const elsewhere = {
  podman: /^(?:--(?:root|runroot|imagestore|storage-driver|url|connection|remote|host|context)(?:=|$)|-[rcH])/,
  docker: /^(?:--(?:host|context)(?:=|$)|-D*[Hc])/,
};

/** Images are brought to, and verbs ask, the engine as the host has it. */
function checkElsewhere(name: string, backend: "podman" | "docker", container: OciConfig, problems: Problems): void {
  const option = at(name, "preRunExtraOptions");
  for (const word of container.preRunExtraOptions.filter((one) => elsewhere[backend].test(one))) {
    problems.add(
      {
        code: "another-store",
        message: `${JSON.stringify(word)} in ${showOption(option)} chooses another store, or another machine`,
        details: [
          `the image, networks and volumes are brought to ${backend} as this host has it: the container would not find them`,
        ],
        hint: `take it away; where ${backend} keeps everything is said in its own configuration, for all containers`,
      },
      option,
    );
  }
}

function checkCapabilities(name: string, { capabilities }: OciConfig, problems: Problems): void {
  const known = ["ALL", ...knownCapabilities.map((capability) => capability.slice("CAP_".length))];
  const option = at(name, "capabilities");
  for (const capability of Object.keys(capabilities).filter((key) => !known.includes(key.replace(/^CAP_/, "")))) {
    const near = nearestNames(capability.replace(/^CAP_/i, ""), known);
    problems.add(
      {
        code: "unknown-capability",
        message: `there is no capability ${capability}, which ${showOption(option)} has`,
        hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : "capabilities(7) lists them, here without CAP_",
      },
      option,
    );
  }
}
