/** `systemd` of a container, units of all kinds, as unit files of its toplevel. */
import type { SystemConfig } from "../options/index.ts";
import { escapePath, lineText, literal, type UnitSection } from "../units/index.ts";
import { checkCommands, checkFile, checkUnit } from "./inner-checks.ts";
import { innerService, type ServiceConfig } from "./inner-service.ts";
import { type InnerParts, innerSection, innerUnit, renderInner } from "./inner-unit.ts";
import type { Problems } from "./problems.ts";
import { isSpecialTarget } from "./special-targets.ts";

export type { InnerParts } from "./inner-unit.ts";

type Systemd = SystemConfig["systemd"];
type Kind = Exclude<keyof Systemd, "tmpfiles">;

interface DeclaredUnit {
  /** As it is declared: without its suffix; of a mount, where. */
  readonly name: string;
  /** What follows the name in a unit's. */
  readonly suffix: string;
  /** From `config` on; places of its problems. */
  readonly option: readonly string[];
  /** @throws StowageError for values that do not fit into a unit file */
  make(): InnerParts;
}

/** All of them, with the problems of those that cannot be; null when it added some. @param at the option `config` */
export function innerUnits(at: readonly string[], systemd: Systemd, problems: Problems): InnerParts[] | null {
  const parts: InnerParts[] = [];
  const known = new Map<string, readonly string[]>();
  let fine = true;
  for (const unit of declaredUnits(systemd)) {
    const option = [...at, ...unit.option];
    if (unit.suffix === suffixes.services && !checkCommands(unit.name, systemd.services, option, problems))
      fine = false;
    const made = checkUnit(unit, option, known, problems) ? problems.within(option, unit.make) : null;
    if (made === null) fine = false;
    else parts.push(made);
  }
  for (const { names, option } of declaredAliases(systemd)) {
    for (const name of names) if (!checkFile(name, [...at, ...option], known, problems)) fine = false;
  }
  return fine ? parts : null;
}

/** Of the units that are there: one that is masked has none. */
function declaredAliases(systemd: Systemd): { readonly names: readonly string[]; readonly option: string[] }[] {
  return kinds.flatMap((kind) =>
    Object.entries<{ readonly enable: boolean; readonly aliases: readonly string[] }>(systemd[kind]).flatMap(
      ([name, { enable, aliases }]) =>
        enable && aliases.length > 0
          ? [{ names: [...new Set(aliases)], option: ["systemd", kind, name, "aliases"] }]
          : [],
    ),
  );
}

/** Every unit that is declared, of whatever kind. */
function declaredUnits(systemd: Systemd): DeclaredUnit[] {
  const units: DeclaredUnit[] = [];
  const add = <C>(kind: Kind, all: Readonly<Record<string, C>>, make: (name: string, config: C) => InnerParts) => {
    for (const name of Object.keys(all)) {
      const config = all[name] as C;
      units.push({ name, suffix: suffixes[kind], option: ["systemd", kind, name], make: () => make(name, config) });
    }
  };
  add("services", systemd.services, innerService);
  add("timers", withStartAt(systemd), innerTimer);
  add("sockets", systemd.sockets, innerSocket);
  add("paths", systemd.paths, innerPath);
  add("targets", systemd.targets, innerTarget);
  add("slices", systemd.slices, innerSlice);
  for (const [index, mount] of systemd.mounts.entries()) {
    const option = ["systemd", "mounts", String(index)];
    units.push({ name: mount.where, suffix: suffixes.mounts, option, make: () => innerMount(mount) });
  }
  for (const [index, mount] of systemd.automounts.entries()) {
    const option = ["systemd", "automounts", String(index)];
    units.push({ name: mount.where, suffix: suffixes.automounts, option, make: () => innerAutomount(mount) });
  }
  return units;
}

const suffixes: Readonly<Record<Kind, string>> = {
  services: ".service",
  timers: ".timer",
  sockets: ".socket",
  paths: ".path",
  targets: ".target",
  slices: ".slice",
  mounts: ".mount",
  automounts: ".automount",
};

const kinds = Object.keys(suffixes) as Kind[];

interface Timer {
  /** As declared; null: a service's `startAt` is all there is. */
  readonly config: Systemd["timers"][string] | null;
  readonly startAt: readonly string[];
}

/** A service's `startAt` is a timer of its name, or adds to the one that is declared. */
function withStartAt({ services, timers }: Systemd): Record<string, Timer> {
  const all: Record<string, Timer> = {};
  for (const name of Object.keys(timers)) all[name] = { config: timers[name]!, startAt: [] };
  for (const [name, { enable, startAt }] of Object.entries(services) as [string, ServiceConfig][]) {
    if (enable && startAt.length > 0) all[name] = { config: all[name]?.config ?? null, startAt };
  }
  return all;
}

function innerTimer(name: string, { config, startAt }: Timer): InnerParts {
  const file = `${name}.timer`;
  const times = startAt.map((time) => lineText(time, "startAt"));
  const service = `${name}.service`;
  if (config === null) {
    const Unit = { Description: literal(`Times of ${service}`) };
    return {
      units: { [file]: renderInner(file, { Unit, Timer: { OnCalendar: times, Unit: service } }) },
      unitLinks: { [`timers.target.wants/${file}`]: `../${file}` },
      bin: {},
    };
  }
  const section = innerSection(config.timerConfig);
  const { OnCalendar: own = [], Unit = service, ...others } = section;
  const wantedBy = [...new Set([...config.wantedBy, ...(times.length > 0 ? ["timers.target"] : [])])];
  const Timer = times.length === 0 ? section : { OnCalendar: [...times, ...[own].flat().map(String)], Unit, ...others };
  const isComplete = Object.keys(Timer).some((key) => key.startsWith("On"));
  return innerUnit({ file, config: { ...config, wantedBy }, isComplete, sections: { Timer } });
}

function innerSocket(name: string, config: Systemd["sockets"][string]): InnerParts {
  const { listenStreams, listenDatagrams } = config;
  const section = innerSection(config.socketConfig);
  const Socket: UnitSection = {
    ...section,
    ...joined("ListenStream", listenStreams, section),
    ...joined("ListenDatagram", listenDatagrams, section),
  };
  const isComplete = Object.keys(Socket).some((key) => key.startsWith("Listen"));
  return innerUnit({ file: `${name}.socket`, config, isComplete, sections: { Socket } });
}

/** The option's lines, then those of the section's key. */
function joined(key: string, lines: readonly string[], section: UnitSection): UnitSection {
  if (lines.length === 0) return {};
  return { [key]: [...lines, ...[section[key] ?? []].flat().map(String)] };
}

const watches = /^(?:Path(?:Exists|ExistsGlob|Changed|Modified)|DirectoryNotEmpty)$/;

function innerPath(name: string, config: Systemd["paths"][string]): InnerParts {
  const Path = innerSection(config.pathConfig);
  const isComplete = Object.keys(Path).some((key) => watches.test(key));
  return innerUnit({ file: `${name}.path`, config, isComplete, sections: { Path } });
}

const innerTarget = (name: string, config: Systemd["targets"][string]): InnerParts =>
  innerUnit({ file: `${name}.target`, config, isComplete: !isSpecialTarget(name), sections: {} });

/** systemd makes a slice of any name: a drop-in is enough, and takes nothing from its own ones. */
const innerSlice = (name: string, config: Systemd["slices"][string]): InnerParts =>
  innerUnit({
    file: `${name}.slice`,
    config,
    isComplete: false,
    sections: { Slice: innerSection(config.sliceConfig) },
  });

function innerMount(config: Systemd["mounts"][number]): InnerParts {
  const { where, what, type, options } = config;
  const Mount: UnitSection = {
    ...(what !== null && { What: literal(what), Where: literal(where) }),
    ...(type !== "" && { Type: literal(type) }),
    ...(options !== "" && { Options: literal(options) }),
    ...innerSection(config.mountConfig),
  };
  return innerUnit({ file: `${escapePath(where)}.mount`, config, isComplete: what !== null, sections: { Mount } });
}

function innerAutomount(config: Systemd["automounts"][number]): InnerParts {
  const Automount = { Where: literal(config.where), ...innerSection(config.automountConfig) };
  return innerUnit({
    file: `${escapePath(config.where)}.automount`,
    config,
    isComplete: true,
    sections: { Automount },
  });
}
