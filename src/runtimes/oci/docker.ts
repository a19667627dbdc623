/** An OCI container as a service of docker's: its command waits for the container, which runs below dockerd. Facts: docker-run(1). */
import { environmentAssignment } from "../../units/index.ts";
import { quietly } from "../nspawn/quietly.ts";
import { runArguments } from "./arguments.ts";
import type { Engine } from "./engine.ts";

const program = "/usr/bin/docker";

export const docker: Engine = {
  name: "docker",
  program,
  can: new Set(),
  needs: ["docker.service", "docker.socket"],
  unit: () => ({}),
  service(container) {
    const variables = Object.entries(container.commandEnvironment);
    return {
      ...(variables.length > 0 && {
        Environment: variables.map(([name, value]) => environmentAssignment(name, value)),
      }),
      ExecStartPre: [quietly([program, "rm", "-f", "--", container.name])],
      ExecStart: { exec: [program, ...container.preRunExtraOptions, "run", ...runArguments(container, [])] },
      ExecStop: { exec: [program, "stop", "--", container.name] },
      ExecStopPost: [quietly([program, "rm", "-f", "--", container.name])],
    };
  },
};
