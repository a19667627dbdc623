/** The verbs that start and stop containers, and tell what became of it. */
import { count, jsonFlag, sharedAliases, sharedFlags } from "../flags.ts";
import type { SharedFlags } from "../session.ts";
import { type LogsFlags, manyNames, one } from "./parts.ts";
import { verb } from "./verb.ts";

export const running = {
  start: verb<SharedFlags, string[]>({
    brief: "Start containers and wait until they are ready",
    examples: ["start web", "start web db"],
    parameters: manyNames,
    load: () => import("../commands/start.ts"),
  }),
  stop: verb<SharedFlags, string[]>({
    brief: "Stop containers and wait until they are down",
    examples: ["stop web db"],
    parameters: manyNames,
    load: () => import("../commands/stop.ts"),
  }),
  reload: verb<SharedFlags, string[]>({
    brief: "Make running containers take over what is declared, in place",
    details:
      "For what a switch left for later, or did not come to. Nothing to do: nothing is touched. An OCI container takes nothing over in place: it is restarted.",
    examples: ["reload web"],
    parameters: manyNames,
    load: () => import("../commands/reload.ts"),
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
    load: () => import("../commands/logs.ts"),
  }),
};
