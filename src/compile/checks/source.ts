/** Checks of where a container's packages come from. */
import type { SystemConfig } from "../../options/index.ts";
import { type Problems, showOption } from "../problems.ts";
import { at } from "./place.ts";

/** False when it added a problem. */
export function checkSource(name: string, system: SystemConfig, problems: Problems): boolean {
  const option = (...path: string[]) => at(name, "config", ...path);
  const { kind, path } = system.system.source;
  if (kind === "debian") {
    if (path === null) return true;
    problems.add(
      {
        code: "source-without-kind",
        message: `${showOption(option("system", "source"))} has a path, which packages of Debian have no use for`,
        hint: `say what it is: tree(${JSON.stringify(path)}), tarball(…) or oci(…)`,
      },
      option("system", "source", "path"),
    );
    return false;
  }
  if (path === null) {
    problems.add(
      {
        code: "source-without-path",
        message: `${showOption(option("system", "source"))} is of the kind ${kind} and has no path`,
        hint: `write it as ${kind}("./path"), from "stowage"`,
      },
      option("system", "source", "kind"),
    );
    return false;
  }
  const before = problems.count;
  checkPath(kind, path, option("system", "source", "path"), problems);
  checkUnused(name, system, problems);
  return problems.count === before;
}

/** What an import cannot heed must not look as if it did. */
function checkUnused(name: string, system: SystemConfig, problems: Problems): void {
  const { kind, components, furtherSuites, mirror, securityMirror, keyring } = system.system.source;
  const source = (option: string) => at(name, "config", "system", "source", option);
  if (system.packages.length > 0) {
    problems.add(
      {
        code: "packages-with-import",
        message: `container ${name} has packages, and a source of the kind ${kind}, which is imported whole`,
        details: [
          "only Debian's archives can be asked for packages; an import has what was installed before it was packed",
        ],
        hint: "remove `packages`, or take the source debian(…)",
      },
      at(name, "config", "packages"),
      source("kind"),
    );
  }
  if (system.system.extraSystemBuilderCmds.trim() !== "") {
    problems.add(
      {
        code: "commands-with-import",
        message: `container ${name} has system.extraSystemBuilderCmds, and a source of the kind ${kind}`,
        details: [
          "they run on the host when the system is built, by programs of its packages: those of an import may be anybody's",
        ],
        hint: "declare what they make as files of environment.etc, or take the source debian(…)",
      },
      at(name, "config", "system", "extraSystemBuilderCmds"),
      source("kind"),
    );
  }
  const ofDebian = { components: components.join(" ") !== "main", furtherSuites, mirror, securityMirror, keyring };
  for (const [option, value] of Object.entries(ofDebian)) {
    if (value === null || value === false) continue;
    problems.add(
      {
        code: "unused-source-option",
        message: `${showOption(source(option))} means nothing for a source of the kind ${kind}`,
        hint: "remove it",
      },
      source(option),
    );
  }
}

function checkPath(kind: string, path: string, option: readonly string[], problems: Problems): void {
  const [, transport, rest] =
    /^(docker|oci|oci-archive|docker-archive|docker-daemon|containers-storage):(?:\/\/)?(.*)$/.exec(path) ?? [];
  if (kind === "oci" && transport !== undefined) {
    const onDisk =
      transport !== "docker-daemon" && /^(oci|docker)(-archive)?$/.test(transport) && transport !== "docker";
    problems.add(
      {
        code: "image-elsewhere",
        message: `${JSON.stringify(path)} is no file: images are not fetched from registries or engines here`,
        hint: onDisk
          ? `write the path alone: oci(${JSON.stringify(rest)})`
          : `skopeo copy ${path} oci-archive:FILE, then oci("FILE")`,
      },
      option,
    );
  }
  if (/^\/+$/.test(path)) {
    problems.add({ code: "bad-path", message: "the host's own root is no source of a container's system" }, option);
  }
}
