/** `stowage-docker.service`: containers and forwarded ports on a host whose Docker drops what it does not know. */
import { type ContainerSide, dockerJump, dockerRules, dockerRulesDown } from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { Exec, Unit } from "../../units/index.ts";
import { dropsDebug, quietly } from "../nspawn/quietly.ts";
import { restartTriggers } from "../nspawn/triggers.ts";
import { linkTo } from "./bridges.ts";

export const dockerUnit = "stowage-docker.service";

/** Wanted by docker.service, whether or not that is there: it may be installed later. */
export function dockerParts(layout: Layout, side: ContainerSide) {
  if (side.links.length + side.bridges.length === 0) return { units: [], unitLinks: {}, files: [] };
  const rules = dockerRules(side);
  const [up, down] = [`${layout.etc}/docker.rules`, `${layout.etc}/docker-down.rules`];
  return {
    units: [dockerService(up, down, rules)],
    unitLinks: Object.fromEntries([linkTo(`docker.service.wants/${dockerUnit}`)]),
    files: [
      [up, rules],
      [down, dockerRulesDown],
    ] as [string, string][],
  };
}

/** It stays when Docker stops: Docker's own rules do too. */
function dockerService(up: string, down: string, rules: string): Unit {
  const load = ["iptables", "ip6tables"].flatMap((program) => loadCommands(program, up));
  return {
    name: dockerUnit,
    sections: {
      Unit: {
        Description: "Containers beside Docker",
        After: "docker.service",
        ConditionFileIsExecutable: "/usr/sbin/iptables-restore",
        "X-Reload-Triggers": restartTriggers([rules])["X-Restart-Triggers"] ?? "",
      },
      Service: {
        Type: "oneshot",
        RemainAfterExit: true,
        ...dropsDebug,
        ExecStart: load,
        ExecReload: load,
        ExecStop: ["iptables", "ip6tables"].map((program) => quietly([restore(program), "--noflush", down])),
      },
    },
  };
}

const restore = (program: string): string => `/usr/sbin/${program}-restore`;

/** Once, and first in the chain, whatever was there. IPv6 may be missing. */
function loadCommands(program: string, file: string): Exec[] {
  const own = `/usr/sbin/${program}`;
  const must = (exec: readonly string[]): Exec => ({ exec, ignoreFailure: program !== "iptables" });
  return [
    must([restore(program), "--noflush", file]),
    // Docker makes it where it is missing, and otherwise takes what is there.
    quietly([own, "--wait", "-N", "DOCKER-USER"]),
    quietly([own, "--wait", "-D", ...dockerJump]),
    must([own, "--wait", "-I", ...dockerJump]),
  ];
}
