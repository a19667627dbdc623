/** The verbs that look at containers. */
import type { ListFlags } from "../commands/list.ts";
import { sharedAliases, sharedFlags } from "../flags.ts";
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
  "show-ip": verb<SharedFlags, [name: string]>({
    brief: "Print a container's declared address, without a prefix length: IPv4, else IPv6",
    details: "Of an OCI container without one: the address that its engine gave it.",
    examples: ["show-ip web"],
    parameters: { flags: sharedFlags, aliases: sharedAliases, positional: one("The container", "name") },
    load: () => import("../commands/show-ip.ts"),
  }),
};
