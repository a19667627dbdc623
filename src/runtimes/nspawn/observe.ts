/**
 * Reads from the machine what the planner must know of it: one call of systemctl, and one look at every file, link and
 * directory that any of the given generations lists. Nothing is changed.
 */
import { lstatSync } from "node:fs";
import type { Generation } from "../../compile/generation.ts";
import { readLink, readText } from "../../host/files.ts";
import { hostsBlock } from "../../host/hosts.ts";
import { isBooted, type Systemd } from "../../host/systemd.ts";
import type { Observed, ObservedFile } from "../../plan/plan.ts";
import { containerDir, type Layout } from "../../store/layout.ts";
import { saysOurs } from "../../units/index.ts";

export interface ObserveRequest {
  readonly layout: Layout;
  readonly systemd: Pick<Systemd, "activity">;
  /** What is on the machine by our doing: the current generation, and those of switches that were cut short. */
  readonly ours: readonly Generation[];
  readonly next: Generation;
  /** Default /etc/hosts. */
  readonly hostsFile?: string;
  /** Whether systemd runs; where it does not, no unit does. */
  readonly booted?: boolean;
}

export async function observe(request: ObserveRequest): Promise<Observed> {
  const all = [...request.ours, request.next];
  const { layout } = request;
  const listed = new Set(request.ours.flatMap((one) => pathsOf(layout, one)));
  return {
    units: await observeUnits(request, keysOf(all, "units")),
    files: Object.fromEntries(
      all.flatMap((one) => pathsOf(layout, one)).map((path) => [path, observeFile(path, listed)]),
    ),
    unitLinks: Object.fromEntries(keysOf(all, "unitLinks").map((link) => [link, readLink(`${layout.units}/${link}`)])),
    hosts: hostsBlock(readText(request.hostsFile ?? "/etc/hosts") ?? ""),
    containers: Object.fromEntries(
      keysOf(all, "containers").map((name) => [name, observeContainer(containerDir(layout, name))]),
    ),
  };
}

const keysOf = (all: readonly Generation[], part: "units" | "unitLinks" | "containers"): string[] => [
  ...new Set(all.flatMap((one) => Object.keys(one[part]))),
];

/** Absolute paths of every file and unit file. */
const pathsOf = (layout: Layout, one: Generation): string[] => [
  ...Object.keys(one.files),
  ...Object.keys(one.units).map((unit) => `${layout.units}/${unit}`),
];

async function observeUnits(request: ObserveRequest, units: readonly string[]): Promise<Observed["units"]> {
  const booted = request.booted ?? isBooted();
  if (units.length > 0 && booted) return request.systemd.activity(units);
  return Object.fromEntries(units.map((unit) => [unit, { active: "inactive", sub: "dead" }]));
}

function observeFile(path: string, listed: ReadonlySet<string>): ObservedFile | null {
  const text = readText(path);
  return text === null ? null : { text, ours: listed.has(path) || saysOurs(text) };
}

function observeContainer(directory: string): { readonly hasRoot: boolean; readonly declared: string | null } {
  return {
    hasRoot: lstatSync(`${directory}/root`, { throwIfNoEntry: false })?.isDirectory() ?? false,
    declared: readLink(`${directory}/declared/current`),
  };
}
