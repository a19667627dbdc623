/** The verbs that start and stop containers, and tell what became of it. */
import { signalNumber } from "../../host/signals.ts";
import { jsonFlag, sharedAliases, sharedFlags, textParameter } from "../flags.ts";
import type { JobFlags, KillFlags } from "../jobs.ts";
import { type LogsFlags, manyNames } from "./parts.ts";
import { verb } from "./verb.ts";

/** @param brief what happens when they are over */
const withTimeout = (brief: string) =>
  ({
    ...manyNames,
    flags: {
      ...sharedFlags,
      ...jsonFlag,
      timeout: { kind: "parsed", parse: seconds, optional: true, placeholder: "seconds", brief },
    },
    aliases: { ...sharedAliases, t: "timeout" },
  }) as const;

/** At most a day: a timer of Node's has an end. */
function seconds(value: string): number {
  const number = /^\d{1,5}(\.\d{1,3})?$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 0 && number <= 86_400) return number;
  throw new Error("expected seconds, at most a day: 10, 0.5");
}

function signal(value: string): number {
  const number = signalNumber(value);
  if (number !== null) return number;
  throw new Error("expected a signal, such as TERM, SIGHUP, RTMIN+3 or 9");
}

/** How many lines, or all. */
function lines(value: string): number {
  if (value === "all") return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(value)) throw new Error("expected a whole number, or all");
  return Number(value);
}

const underWay = "Wait no longer: it goes on, and the exit code is 4";
const killed = "Kill what has not shut down by then; 0: at once. Default: as long as its unit allows, a minute or two";

export const running = {
  start: verb<JobFlags, string[]>({
    brief: "Start containers and wait until they are ready",
    details: "What they need is started before them, and said.",
    examples: ["start web", "start web db", "start web --timeout 10"],
    parameters: withTimeout(underWay),
    load: () => import("../commands/start.ts"),
  }),
  stop: verb<JobFlags, string[]>({
    brief: "Stop containers and wait until they are down",
    details:
      "What needs them is stopped before them, and said. They stay down until they are started, or the next boot.",
    examples: ["stop web db", "stop web --timeout 5"],
    parameters: withTimeout(killed),
    load: () => import("../commands/stop.ts"),
  }),
  restart: verb<JobFlags, string[]>({
    brief: "Stop and start containers, and wait until they are ready",
    details: "One that is down is started. What needs them and runs is restarted, too, and said.",
    examples: ["restart web", "restart web db --timeout 5"],
    parameters: withTimeout(killed),
    load: () => import("../commands/restart.ts"),
  }),
  reload: verb<JobFlags, string[]>({
    brief: "Make running containers take over what is declared, in place",
    details:
      "For what a switch left for later, or did not come to. Nothing to do: nothing is touched. An OCI container takes nothing over in place: it is restarted.",
    examples: ["reload web"],
    parameters: withTimeout(underWay),
    load: () => import("../commands/reload.ts"),
  }),
  kill: verb<KillFlags, string[]>({
    brief: "End containers at once, without shutting them down, and wait until they are gone",
    details:
      "They stay down, as after stop. With another signal than KILL it is only sent, to a container's first process: what becomes of it is the container's affair. To a system container TERM means to start its init anew, RTMIN+4 to power off.",
    examples: ["kill web", "kill web db", "kill web --signal HUP"],
    aliases: ["terminate"],
    parameters: {
      ...manyNames,
      flags: {
        ...sharedFlags,
        ...jsonFlag,
        signal: {
          kind: "parsed",
          parse: signal,
          optional: true,
          placeholder: "signal",
          brief: "Send this one: TERM, SIGHUP, RTMIN+3, 9; default KILL",
        },
      },
      aliases: { ...sharedAliases, s: "signal" },
    },
    load: () => import("../commands/kill.ts"),
  }),
  logs: verb<LogsFlags, string[]>({
    brief: "Show logs of containers: the service on the host, and the journal or output inside, as one",
    details:
      "Times are as journalctl takes them, or as docker does: 10m and 1h30m are that long ago. With -f it goes on over restarts, until it is interrupted.",
    examples: [
      "logs web",
      "logs web db -f",
      "logs web --since '10 minutes ago' --unit nginx",
      "logs web -n all --since 2h --until 1h",
    ],
    parameters: {
      flags: {
        ...sharedFlags,
        ...jsonFlag,
        follow: { kind: "boolean", optional: true, brief: "Go on as lines come", withNegated: false },
        lines: {
          kind: "parsed",
          parse: lines,
          optional: true,
          placeholder: "number|all",
          brief: "Only the last ones; default 100, with --since all",
        },
        since: { kind: "parsed", parse: String, optional: true, placeholder: "time", brief: "Only from then on" },
        until: { kind: "parsed", parse: String, optional: true, placeholder: "time", brief: "Only up to then" },
        unit: { kind: "parsed", parse: String, optional: true, placeholder: "unit", brief: "Only this unit inside" },
      },
      aliases: { ...sharedAliases, f: "follow", n: "lines", u: "unit" },
      positional: { kind: "array", minimum: 1, parameter: textParameter("A container", "name") },
    },
    load: () => import("../commands/logs.ts"),
  }),
};
