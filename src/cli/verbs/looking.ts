/** The verbs that look at containers. */
import type { ListFlags } from "../commands/list.ts";
import type { StatsFlags } from "../commands/stats.ts";
import { sharedAliases, textParameter } from "../flags.ts";
import type { SharedFlags } from "../session.ts";
import { nameJson, one, type WithJson } from "./parts.ts";
import { verb } from "./verb.ts";

export const looking = {
  list: verb<ListFlags, []>({
    brief: "List the containers: state, address, ports",
    details:
      "With --all also those that the machine does not have any more, and of which a generation or a root is left.",
    examples: ["list", "list --all", "list --json"],
    aliases: ["ls", "ps"],
    parameters: {
      flags: {
        ...nameJson.flags,
        all: { kind: "boolean", optional: true, withNegated: false, brief: "Also what is gone and has left something" },
      },
      aliases: { ...sharedAliases, a: "all" },
    },
    load: () => import("../commands/list.ts"),
  }),
  status: verb<WithJson<SharedFlags>, [name: string]>({
    brief: "Say whether a container is up, down or gone, and more about it",
    details: "Exit code 1 where it is gone.",
    examples: ["status web"],
    parameters: { ...nameJson, positional: one("The container", "name") },
    load: () => import("../commands/status.ts"),
  }),
  "show-ip": verb<WithJson<SharedFlags>, [name: string]>({
    brief: "Print a container's declared address, without a prefix length: IPv4, else IPv6",
    details: "Of an OCI container without one: the address that its engine gave it.",
    examples: ["show-ip web"],
    parameters: { ...nameJson, positional: one("The container", "name") },
    load: () => import("../commands/show-ip.ts"),
  }),
  "show-host-key": verb<WithJson<SharedFlags>, [name: string]>({
    brief: "Print the public key of a container's SSH server, for known_hosts",
    details:
      "Of ed25519, ecdsa and rsa the first that there is; also of a container that is down. Exit code 1 where there is none.",
    examples: ["show-host-key web"],
    parameters: { ...nameJson, positional: one("The container", "name") },
    load: () => import("../commands/show-host-key.ts"),
  }),
  port: verb<WithJson<SharedFlags>, [name: string, port?: string]>({
    brief: "Print which ports of the host lead into a container, or to one port of it",
    details:
      "Of an OCI container that runs also those that its engine chose. Exit code 1 where nothing leads to the port.",
    examples: ["port web", "port web 80", "port dns 53/udp"],
    parameters: {
      ...nameJson,
      positional: {
        kind: "tuple",
        parameters: [
          textParameter("The container", "name"),
          { ...textParameter("A port inside: 80, 53/udp", "port"), optional: true },
        ],
      },
    },
    load: () => import("../commands/port.ts"),
  }),
  top: verb<WithJson<SharedFlags>, [name: string]>({
    brief: "List the processes of a container, as the host sees them and as the container does",
    examples: ["top web", "top web --json"],
    parameters: { ...nameJson, positional: one("The container", "name") },
    load: () => import("../commands/top.ts"),
  }),
  stats: verb<StatsFlags, string[]>({
    brief: "Show what containers use: processor, memory, network, disk",
    details:
      "Of those that are named, or of all that run. 100% is one processor. What this machine does not count is shown as -.",
    examples: ["stats", "stats web db --watch", "stats --json"],
    parameters: {
      flags: {
        ...nameJson.flags,
        watch: {
          kind: "boolean",
          optional: true,
          withNegated: false,
          brief: "Again every two seconds; with --json one line each time",
        },
      },
      aliases: { ...sharedAliases, w: "watch" },
      positional: { kind: "array", parameter: textParameter("A container", "name") },
    },
    load: () => import("../commands/stats.ts"),
  }),
};
