/** The verbs that go into a container. */
import { sharedAliases, sharedFlags, textParameter } from "../flags.ts";
import type { RunFlags } from "./parts.ts";
import { verb } from "./verb.ts";

export const inside = {
  run: verb<RunFlags, string[]>({
    brief: "Run a command in a container, through its own systemd or its engine",
    details:
      "Arguments arrive as they are given. Exit code: the command's. In an OCI container as the container's own user and in its directory, unless others are given.",
    examples: ["run web -- systemctl status", "run web --user www-data -- id", "run web -- sh -c 'echo $HOSTNAME'"],
    parameters: {
      flags: {
        ...sharedFlags,
        user: {
          kind: "parsed",
          parse: String,
          optional: true,
          placeholder: "name",
          brief: "As this user; default root",
        },
        cwd: {
          kind: "parsed",
          parse: String,
          optional: true,
          placeholder: "dir",
          brief: "In this directory; default /",
        },
        env: {
          kind: "parsed",
          parse: String,
          optional: true,
          variadic: true,
          placeholder: "NAME=value",
          brief: "With this variable; can be given several times",
        },
      },
      aliases: { ...sharedAliases, u: "user", e: "env" },
      positional: {
        kind: "array",
        minimum: 2,
        parameter: textParameter("The container, then -- and the command", "name -- command"),
      },
    },
    load: () => import("../commands/run.ts"),
  }),
};
