/** The verbs that go into a container. */
import { sharedAliases, sharedFlags, textParameter } from "../flags.ts";
import type { SharedFlags } from "../session.ts";
import { one, type RunFlags } from "./parts.ts";
import { verb } from "./verb.ts";

export type ShellFlags = SharedFlags & { readonly user?: string };

const userFlag = {
  kind: "parsed",
  parse: String,
  optional: true,
  placeholder: "name",
  brief: "As this user; default root, in an OCI container its own",
} as const;

export const inside = {
  run: verb<RunFlags, string[]>({
    brief: "Run a command in a container, through its own systemd or its engine",
    details:
      "Arguments arrive as they are given. Exit code: the command's, 128 + n where signal n ended it, 137 where the container ended under it. In an OCI container as the container's own user and in its directory, unless others are given. With a terminal on standard input and output the command has one, too.",
    aliases: ["exec"],
    examples: ["run web -- systemctl status", "run web --user www-data -- id", "run web -- sh -c 'echo $HOSTNAME'"],
    parameters: {
      flags: {
        ...sharedFlags,
        user: userFlag,
        cwd: {
          kind: "parsed",
          parse: String,
          optional: true,
          placeholder: "dir",
          brief: "In this directory; default /, in an OCI container its own",
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
  shell: verb<ShellFlags, [string]>({
    brief: "A shell of root's in a container",
    details:
      "A login shell of the container's own; in an OCI container its /bin/sh. Without a terminal it takes its lines from standard input. Exit code: the shell's.",
    aliases: ["root-login"],
    examples: ["shell web", "shell web --user www-data", "shell web < setup.sh"],
    parameters: {
      flags: { ...sharedFlags, user: userFlag },
      aliases: { ...sharedAliases, u: "user" },
      positional: one("The container", "name"),
    },
    load: () => import("../commands/shell.ts"),
  }),
  login: verb<SharedFlags, [string]>({
    brief: "A container's own login prompt",
    details:
      "For users of the container that have a password; root's shell without one is: stowage shell. OCI containers have no such prompt.",
    examples: ["login web"],
    parameters: { flags: sharedFlags, aliases: sharedAliases, positional: one("The container", "name") },
    load: () => import("../commands/login.ts"),
  }),
};
