/** An OCI container as a service of docker's: its command waits for the container, which runs below dockerd. Facts: docker-run(1). */
import { type Exec, environmentAssignment } from "../../units/index.ts";
import { quietly } from "../nspawn/quietly.ts";
import { networksOf, runArguments } from "./arguments.ts";
import type { OciContainer } from "./container.ts";
import type { Engine } from "./engine.ts";
import { waitUntilStarted } from "./started.ts";

const program = "/usr/bin/docker";

export const docker: Engine = {
  name: "docker",
  program,
  can: new Set(),
  quiet: [],
  needs: ["docker.service", "docker.socket"],
  unit: () => ({}),
  service(container) {
    const { name } = container;
    const variables = Object.entries(container.commandEnvironment);
    const command = commandOf(container);
    const remove = quietly(command("rm", "-f", "--", name));
    return {
      // Begun is what its command is, which then makes the container: that it runs is waited for.
      Type: "exec",
      ...(variables.length > 0 && {
        Environment: variables.map(([name, value]) => environmentAssignment(name, value)),
      }),
      ...starts(container, remove),
      ExecStartPost: { exec: waitUntilStarted(command, name) },
      // One that ended by itself is gone.
      ExecStop: { exec: printsNothing(command("stop", "--", name)), ignoreFailure: true },
      ...(container.autoRemoveOnStop && { ExecStopPost: remove }),
    };
  },
};

type Command = (...words: readonly string[]) => string[];

const commandOf =
  ({ preRunExtraOptions }: OciContainer): Command =>
  (...words) => [program, ...preRunExtraOptions, ...words];

/** Several networks take commands of their own: docker before 25 makes a container with one. */
function starts(container: OciContainer, remove: Exec): { ExecStartPre: Exec[]; ExecStart: Exec } {
  const { name } = container;
  const command = commandOf(container);
  const [first, ...further] = networksOf(container);
  if (first === undefined || further.length === 0 || !further.every(isPlainNetwork))
    return { ExecStartPre: [remove], ExecStart: { exec: command("run", ...runArguments(container, [])) } };
  const commands = [
    command("create", ...runArguments({ ...container, networks: [first] }, [])),
    ...further.map((network) => command("network", "connect", "--", network, name)),
  ];
  return {
    ExecStartPre: [remove, ...commands.map((exec) => ({ exec: printsNothing(exec) }))],
    ExecStart: { exec: command("start", "--attach", "--", name) },
  };
}

/** Not a mode of networking, and without options, which `network connect` writes in another way. */
const isPlainNetwork = (network: string): boolean => !/[:=,]/.test(network);

/** An id or a name on standard output is no news; a message is. */
const printsNothing = (exec: readonly string[]): string[] => [
  "/usr/bin/systemd-cat",
  "--priority=debug",
  "--stderr-priority=warning",
  ...exec,
];
