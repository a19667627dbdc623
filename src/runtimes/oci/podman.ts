/** An OCI container as a service of podman's: the container is the service's own, supervised by conmon. Facts: podman-run(1). */
import { environmentAssignment, literal, pathWord } from "../../units/index.ts";
import { quietly } from "../nspawn/quietly.ts";
import { runArguments } from "./arguments.ts";
import type { OciContainer } from "./container.ts";
import type { Engine } from "./engine.ts";

const program = "/usr/bin/podman";

export const podman: Engine = {
  name: "podman",
  program,
  can: new Set(["notify", "own-cgroup", "rootless"]),
  needs: [],
  unit: ({ runAs }) =>
    runAs.kind === "root"
      ? {}
      : {
          // Where its user's storage and sockets are, also of one that nobody is logged in as.
          RequiresMountsFor: pathWord(`/run/user/${runAs.uid}/containers`),
        },
  service(container) {
    const idFile = `--cidfile=/run/${runtimeDirectory(container)}/ctr-id`;
    return {
      Type: "notify",
      NotifyAccess: "all",
      Delegate: true,
      RuntimeDirectory: literal(runtimeDirectory(container)),
      ...runsAs(container),
      Environment: ["PODMAN_SYSTEMD_UNIT=%n", ...environment(container)],
      ExecStartPre: [quietly([program, "rm", "-f", "--", container.name])],
      ExecStart: {
        exec: [
          program,
          ...container.preRunExtraOptions,
          "run",
          ...runArguments(container, [idFile, "--cgroups=split", `--sdnotify=${container.ready}`, "-d", "--replace"]),
        ],
      },
      ExecStop: { exec: [program, "stop", "--ignore", idFile] },
      ExecStopPost: [quietly([program, "rm", "-f", "--ignore", idFile])],
    };
  },
};

/** Below /run; NixOS's is the container's name alone, which may be that of a service of the host's. */
const runtimeDirectory = ({ name }: OciContainer): string => `podman-${name}`;

function runsAs({ runAs }: OciContainer) {
  return runAs.kind === "root" ? {} : { User: literal(runAs.name) };
}

function environment({ runAs, commandEnvironment }: OciContainer): string[] {
  const home = runAs.kind === "root" ? {} : { HOME: runAs.home, XDG_RUNTIME_DIR: `/run/user/${runAs.uid}` };
  return Object.entries({ ...commandEnvironment, ...home }).map(([name, value]) => environmentAssignment(name, value));
}
