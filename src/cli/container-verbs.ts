/** The verbs about containers. */
import { count, jsonFlag, sharedAliases, sharedFlags, textParameter } from "./flags.ts";
import type { SharedFlags } from "./session.ts";
import { verb } from "./verb.ts";
import { type LogsFlags, manyNames, nameJson, one, type RunFlags, type WithJson } from "./verb-parts.ts";

export const containers = {
  list: verb<WithJson<SharedFlags>, []>({
    brief: "List the containers: state, address, ports",
    examples: ["list", "list --json"],
    parameters: nameJson,
    load: () => import("./commands/list.ts"),
  }),
  status: verb<WithJson<SharedFlags>, [name: string]>({
    brief: "Say whether a container is up, down or gone, and more about it",
    details: "Exit code 1 where it is gone.",
    examples: ["status web"],
    parameters: { ...nameJson, positional: one("The container", "name") },
    load: () => import("./commands/status.ts"),
  }),
  "show-ip": verb<SharedFlags, [name: string]>({
    brief: "Print a container's declared address, without a prefix length: IPv4, else IPv6",
    details: "Of an OCI container without one: the address that its engine gave it.",
    examples: ["show-ip web"],
    parameters: { flags: sharedFlags, aliases: sharedAliases, positional: one("The container", "name") },
    load: () => import("./commands/show-ip.ts"),
  }),
  start: verb<SharedFlags, string[]>({
    brief: "Start containers and wait until they are ready",
    examples: ["start web", "start web db"],
    parameters: manyNames,
    load: () => import("./commands/start.ts"),
  }),
  stop: verb<SharedFlags, string[]>({
    brief: "Stop containers and wait until they are down",
    examples: ["stop web db"],
    parameters: manyNames,
    load: () => import("./commands/stop.ts"),
  }),
  reload: verb<SharedFlags, string[]>({
    brief: "Make running containers take over what is declared, in place",
    details:
      "For what a switch left for later, or did not come to. Nothing to do: nothing is touched. An OCI container takes nothing over in place: it is restarted.",
    examples: ["reload web"],
    parameters: manyNames,
    load: () => import("./commands/reload.ts"),
  }),
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
    load: () => import("./commands/run.ts"),
  }),
  logs: verb<LogsFlags, [name: string]>({
    brief: "Show a container's log: its service on the host, and the journal or output inside, as one",
    examples: ["logs web", "logs web -f", "logs web --since '10 minutes ago' --unit nginx"],
    parameters: {
      flags: {
        ...sharedFlags,
        ...jsonFlag,
        follow: { kind: "boolean", optional: true, brief: "Go on as lines come", withNegated: false },
        lines: {
          kind: "parsed",
          parse: count,
          optional: true,
          placeholder: "number",
          brief: "Only the last ones; default 100",
        },
        since: { kind: "parsed", parse: String, optional: true, placeholder: "time", brief: "As journalctl takes it" },
        unit: { kind: "parsed", parse: String, optional: true, placeholder: "unit", brief: "Only this unit inside" },
      },
      aliases: { ...sharedAliases, f: "follow", n: "lines", u: "unit" },
      positional: one("The container", "name"),
    },
    load: () => import("./commands/logs.ts"),
  }),
};
