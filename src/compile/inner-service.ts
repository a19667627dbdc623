/** `systemd.services` of a container. */
import type { SystemConfig } from "../options/index.ts";
import { type Exec, environmentAssignment, type UnitSection, type UnitValue } from "../units/index.ts";
import { scriptsOf } from "./inner-scripts.ts";
import { type InnerParts, innerSection, innerUnit } from "./inner-unit.ts";

export type ServiceConfig = SystemConfig["systemd"]["services"][string];

/** @throws StowageError for values that do not fit into a unit file */
export function innerService(name: string, service: ServiceConfig): InnerParts {
  const scripts = scriptsOf(name, service);
  const config = innerSection(service.serviceConfig);
  const { units, unitLinks } = innerUnit({
    file: `${name}.service`,
    config: service,
    isComplete: hasCommand(service),
    sections: { Service: { ...environment(service), ...joinCommands(scripts.commands, config) } },
    more: flags(service),
    // Scripts are run by a path that stays the same, so their text would not show in the unit.
    texts: Object.values(scripts.bin),
  });
  if (!service.enable) return { units, unitLinks, bin: {} };
  return { units, unitLinks, bin: scripts.bin };
}

/** With a command of its own the unit is ours whole; else these keys are added to the unit that a package brings. */
export function hasCommand(service: ServiceConfig): boolean {
  return service.script !== "" || service.serviceConfig.ExecStart !== undefined;
}

function flags(service: ServiceConfig): UnitSection {
  return {
    ...(service.restartIfChanged ? {} : { "X-RestartIfChanged": false }),
    ...(service.reloadIfChanged && { "X-ReloadIfChanged": true }),
    ...(service.stopIfChanged ? {} : { "X-StopIfChanged": false }),
  };
}

const usualPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"];

function environment(service: ServiceConfig): { Environment?: string[] } {
  const path = service.path.length === 0 ? {} : { PATH: [...service.path, ...usualPath].join(":") };
  const lines = Object.entries({ ...path, ...service.environment }).flatMap(([name, value]) =>
    value === null ? [] : [environmentAssignment(name, String(value))],
  );
  return lines.length === 0 ? {} : { Environment: lines };
}

/** Commands from scripts come before those of the same key in serviceConfig; other keys stand as they are. */
function joinCommands(commands: Readonly<Record<string, Exec>>, config: UnitSection): UnitSection {
  const joined: Record<string, UnitValue> = { ...config };
  for (const [key, exec] of Object.entries(commands)) {
    const more = config[key];
    const list = more === undefined ? [] : Array.isArray(more) ? more : [String(more)];
    joined[key] = [exec, ...list] as readonly Exec[];
  }
  return joined;
}
