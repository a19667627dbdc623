/** What units of all kinds inside a container have in common. Keys and words are NixOS's. */
import { createHash } from "node:crypto";
import type { SystemConfig } from "../options/index.ts";
import { literal, render, type Unit, type UnitSection } from "../units/index.ts";

/** A part of a toplevel. */
export interface InnerParts {
  /** Text by path below the unit directory. */
  readonly units: Record<string, string>;
  /** Target by link below the unit directory. */
  readonly unitLinks: Record<string, string>;
  /** Text by name. */
  readonly bin: Record<string, string>;
}

/** The options of all kinds. */
type UnitConfig = SystemConfig["systemd"]["targets"][string];

/** Those that some kinds have besides. */
type MoreConfig = Partial<
  Pick<
    SystemConfig["systemd"]["services"][string],
    "startLimitBurst" | "startLimitIntervalSec" | "restartTriggers" | "reloadTriggers"
  >
>;

export interface InnerUnit {
  /** With its suffix. */
  readonly file: string;
  readonly config: UnitConfig & MoreConfig;
  /** What makes a unit of its kind is declared: see `overrideStrategy`. */
  readonly isComplete: boolean;
  /** The sections of its kind. */
  readonly sections: Unit["sections"];
  /** Further keys of [Unit]. */
  readonly more?: UnitSection;
  /** Texts that the unit reads elsewhere: when they differ it does. */
  readonly texts?: readonly string[];
}

/** @throws StowageError for values that do not fit into a unit file */
export function innerUnit({ file, config, isComplete, sections, more = {}, texts = [] }: InnerUnit): InnerParts {
  // A link to /dev/null is systemd's mask.
  if (!config.enable) return { units: {}, unitLinks: { [file]: "/dev/null" }, bin: {} };
  const own = isComplete && config.overrideStrategy !== "asDropin";
  const all = { Unit: unitSection(config, more, texts), ...sections };
  // Naming a packaged unit in wantedBy alone is no reason for a drop-in.
  const written = own || Object.values(all).some((section) => Object.keys(section).length > 0);
  return {
    units: {
      ...(written && { [own ? file : `${file}.d/declared.conf`]: renderInner(file, all) }),
      ...upholders(file, config),
    },
    unitLinks: unitLinks(file, own, config),
    bin: {},
  };
}

const dependencies = {
  wants: "Wants",
  requires: "Requires",
  requisite: "Requisite",
  bindsTo: "BindsTo",
  partOf: "PartOf",
  upholds: "Upholds",
  conflicts: "Conflicts",
  after: "After",
  before: "Before",
  onFailure: "OnFailure",
  onSuccess: "OnSuccess",
} as const;

function unitSection(config: InnerUnit["config"], more: UnitSection, texts: readonly string[]): UnitSection {
  const lists = Object.entries(dependencies).flatMap(([option, key]) => {
    const names = config[option as keyof typeof dependencies];
    return names.length === 0 ? [] : [[key, names.join(" ")] as const];
  });
  const { startLimitBurst = null, startLimitIntervalSec = null } = config;
  return {
    ...(config.description !== "" && { Description: literal(config.description) }),
    ...(config.documentation.length > 0 && { Documentation: config.documentation.map(literal) }),
    ...Object.fromEntries(lists),
    ...(startLimitBurst !== null && { StartLimitBurst: startLimitBurst }),
    ...(startLimitIntervalSec !== null && { StartLimitIntervalSec: startLimitIntervalSec }),
    ...innerSection(config.unitConfig),
    ...more,
    ...trigger("X-Restart-Triggers", [...(config.restartTriggers ?? []), ...texts]),
    ...trigger("X-Reload-Triggers", config.reloadTriggers ?? []),
  };
}

/** Keys of [Unit] of a oneshot that brings about what texts say: where they differ a switch runs it, before anything else. */
export const appliesChanges = (texts: readonly string[]): UnitSection => ({
  "X-RunIfChanged": true,
  ...trigger("X-Restart-Triggers", texts),
});

function trigger(key: string, texts: readonly string[]): UnitSection {
  if (texts.length === 0) return {};
  return { [key]: createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 32) };
}

/** Keys as they are declared; in a list, too, a number or boolean is written as systemd reads it. */
export function innerSection(config: UnitConfig["unitConfig"]): UnitSection {
  const keys = Object.entries(config).map(([key, value]) => {
    if (!Array.isArray(value)) return [key, value as string | number | boolean] as const;
    return [key, value.map((one) => (typeof one === "boolean" ? (one ? "yes" : "no") : String(one)))] as const;
  });
  return Object.fromEntries(keys);
}

function unitLinks(file: string, own: boolean, config: UnitConfig): Record<string, string> {
  const packaged = `/usr/lib/systemd/system/${file}`;
  const links = (targets: readonly string[], kind: string) =>
    targets.map((target) => [`${target}.${kind}/${file}`, own ? `../${file}` : packaged]);
  return Object.fromEntries([
    ...links(config.wantedBy, "wants"),
    ...links(config.requiredBy, "requires"),
    ...config.aliases.map((alias) => [alias, own ? file : packaged]),
  ]);
}

/** As a drop-in of the other unit: systemd 252 has Upholds=, and does not look into a directory `.upholds`. */
function upholders(file: string, config: UnitConfig): Record<string, string> {
  return Object.fromEntries(
    config.upheldBy.map((target) => {
      const dropIn = `${target}.d/upholds-${file}.conf`;
      return [dropIn, renderInner(dropIn, { Unit: { Upholds: file } })];
    }),
  );
}

export const renderInner = (name: string, sections: Unit["sections"]): string => render({ name, sections });
