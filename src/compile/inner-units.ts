/** `systemd.services` of a container as unit files of its toplevel. Keys and words are NixOS's. */
import { createHash } from "node:crypto";
import type { SystemConfig } from "../options/index.ts";
import {
  type Exec,
  environmentAssignment,
  lineText,
  literal,
  render,
  type Unit,
  type UnitSection,
  type UnitValue,
} from "../units/index.ts";
import { scriptsOf } from "./inner-scripts.ts";

export type ServiceConfig = SystemConfig["systemd"]["services"][string];

/** A part of a toplevel. */
export interface InnerParts {
  /** Text by path below the unit directory. */
  readonly units: Record<string, string>;
  /** Target by link below the unit directory. */
  readonly unitLinks: Record<string, string>;
  /** Text by name. */
  readonly bin: Record<string, string>;
}

/** @throws StowageError for values that do not fit into a unit file */
export function innerService(name: string, service: ServiceConfig): InnerParts {
  const file = `${name}.service`;
  // A link to /dev/null is systemd's mask.
  if (!service.enable) return { units: {}, unitLinks: { [file]: "/dev/null" }, bin: {} };
  const scripts = scriptsOf(name, service);
  const own = hasCommand(service);
  const sections = {
    Unit: unitSection(service, Object.values(scripts.bin)),
    Service: { ...environment(service), ...joinCommands(scripts.commands, service.serviceConfig) },
  };
  // Naming a packaged unit in wantedBy alone is no reason for a drop-in.
  const written = own || Object.values(sections).some((section) => Object.keys(section).length > 0);
  const timer = timerParts(name, service);
  return {
    units: {
      ...(written && { [own ? file : `${file}.d/declared.conf`]: renderInner(file, sections) }),
      ...upholders(file, service),
      ...timer.units,
    },
    unitLinks: { ...unitLinks(file, own, service), ...timer.unitLinks },
    bin: scripts.bin,
  };
}

/** With a command of its own the unit is ours whole; else these keys are added to the unit that a package brings. */
export function hasCommand(service: ServiceConfig): boolean {
  return service.script !== "" || service.serviceConfig.ExecStart !== undefined;
}

const dependencies = {
  wants: "Wants",
  requires: "Requires",
  requisite: "Requisite",
  bindsTo: "BindsTo",
  partOf: "PartOf",
  conflicts: "Conflicts",
  after: "After",
  before: "Before",
  onFailure: "OnFailure",
} as const;

function unitSection(service: ServiceConfig, scripts: readonly string[]): UnitSection {
  const lists = Object.entries(dependencies).flatMap(([option, key]) => {
    const names = service[option as keyof typeof dependencies];
    return names.length === 0 ? [] : [[key, names.join(" ")] as const];
  });
  return {
    ...(service.description !== "" && { Description: literal(service.description) }),
    ...(service.documentation.length > 0 && { Documentation: service.documentation.map(literal) }),
    ...Object.fromEntries(lists),
    ...service.unitConfig,
    ...flags(service),
    // Scripts are run by a path that stays the same, so their text would not show in the unit.
    ...trigger("X-Restart-Triggers", [...service.restartTriggers, ...scripts]),
    ...trigger("X-Reload-Triggers", service.reloadTriggers),
  };
}

function flags(service: ServiceConfig): UnitSection {
  return {
    ...(service.restartIfChanged ? {} : { "X-RestartIfChanged": false }),
    ...(service.reloadIfChanged && { "X-ReloadIfChanged": true }),
    ...(service.stopIfChanged ? {} : { "X-StopIfChanged": false }),
  };
}

function trigger(key: string, texts: readonly string[]): UnitSection {
  if (texts.length === 0) return {};
  return { [key]: createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 32) };
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
function joinCommands(commands: Readonly<Record<string, Exec>>, config: ServiceConfig["serviceConfig"]): UnitSection {
  const joined: Record<string, UnitValue> = { ...config };
  for (const [key, exec] of Object.entries(commands)) {
    const more = config[key];
    const list = more === undefined ? [] : Array.isArray(more) ? more : [String(more)];
    joined[key] = [exec, ...list] as readonly Exec[];
  }
  return joined;
}

function unitLinks(file: string, own: boolean, service: ServiceConfig): Record<string, string> {
  const packaged = `/usr/lib/systemd/system/${file}`;
  const links = (targets: readonly string[], kind: string) =>
    targets.map((target) => [`${target}.${kind}/${file}`, own ? `../${file}` : packaged]);
  return Object.fromEntries([
    ...links(service.wantedBy, "wants"),
    ...links(service.requiredBy, "requires"),
    ...service.aliases.map((alias) => [alias, own ? file : packaged]),
  ]);
}

/** As a drop-in of the other unit: systemd 252 has Upholds=, and does not look into a directory `.upholds`. */
function upholders(file: string, service: ServiceConfig): Record<string, string> {
  return Object.fromEntries(
    service.upheldBy.map((target) => {
      const dropIn = `${target}.d/upholds-${file}.conf`;
      return [dropIn, renderInner(dropIn, { Unit: { Upholds: file } })];
    }),
  );
}

function timerParts(name: string, service: ServiceConfig): Pick<InnerParts, "units" | "unitLinks"> {
  if (service.startAt.length === 0) return { units: {}, unitLinks: {} };
  const timer = `${name}.timer`;
  const sections = {
    Unit: { Description: literal(`Times of ${name}.service`) },
    Timer: { OnCalendar: service.startAt.map((time) => lineText(time, "startAt")), Unit: `${name}.service` },
  };
  return {
    units: { [timer]: renderInner(timer, sections) },
    unitLinks: { [`timers.target.wants/${timer}`]: `../${timer}` },
  };
}

const renderInner = (name: string, sections: Unit["sections"]): string => render({ name, sections });
