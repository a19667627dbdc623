/** An OCI container as a service of podman's: the container is the service's own, supervised by conmon. Facts: podman-run(1). */
import { environmentAssignment, literal, pathWord, type UnitSection } from "../../units/index.ts";
import { quietly } from "../nspawn/quietly.ts";
import { runArguments } from "./arguments.ts";
import type { OciContainer } from "./container.ts";
import type { Engine } from "./engine.ts";
import { ownerOptions, ownerService, ownerVariables } from "./rootless.ts";

const program = "/usr/bin/podman";

export const podman: Engine = {
  name: "podman",
  program,
  can: new Set(["notify", "own-cgroup", "rootless"]),
  quiet: ["--events-backend=none"],
  needs: [],
  unit: ({ runAs }) =>
    runAs.kind === "root"
      ? {}
      : {
          // Where its user's storage and sockets are, also of one that nobody is logged in as.
          RequiresMountsFor: pathWord(`/run/user/${runAs.uid}/containers`),
        },
  service(container) {
    const command = (...words: string[]) => [
      program,
      ...ownerOptions(container.runAs),
      ...container.preRunExtraOptions,
      ...words,
    ];
    const idFile = `--cidfile=/run/${runtimeDirectory(container)}/ctr-id`;
    const own = [
      idFile,
      "--cgroups=split",
      `--sdnotify=${container.ready === "container" ? "container" : "conmon"}`,
      "-d",
      "--replace",
    ];
    return {
      Type: "notify",
      NotifyAccess: "all",
      Delegate: true,
      RuntimeDirectory: literal(runtimeDirectory(container)),
      // Where its supervisor was killed nobody stops what is left: it is ended, not asked, for two minutes, to end itself.
      KillMode: "mixed",
      ...ownerService(container.runAs),
      ...keepsQuiet(container),
      Environment: ["PODMAN_SYSTEMD_UNIT=%n", ...environment(container)],
      // --replace removes what is left of that name: no command before it.
      ExecStart: { exec: command("run", ...runArguments(container, own)) },
      ExecStop: { exec: command("stop", "--ignore", idFile) },
      // Podman removes it itself, unless its supervisor was killed.
      ...(container.autoRemoveOnStop && { ExecStopPost: quietly(command("rm", "-f", "--ignore", idFile)) }),
    };
  },
};

/** Below /run; NixOS's is the container's name alone, which may be that of a service of the host's. */
const runtimeDirectory = ({ name }: OciContainer): string => `podman-${name}`;

/** Podman's commands print ids; the container's own output goes to the log driver, unless that is podman's output itself. */
const keepsQuiet = ({ logDriver }: OciContainer): UnitSection =>
  logDriver.startsWith("passthrough") ? {} : { StandardOutput: "null", StandardError: "journal" };

function environment({ runAs, commandEnvironment }: OciContainer): string[] {
  return Object.entries({ ...commandEnvironment, ...ownerVariables(runAs) }).map(([name, value]) =>
    environmentAssignment(name, value),
  );
}
