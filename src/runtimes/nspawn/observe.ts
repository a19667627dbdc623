/**
 * Reads from the machine what the planner must know of it: one call of systemctl, and one look at every file, link and
 * directory that any of the given generations lists. Nothing is changed.
 */
import { existsSync, lstatSync } from "node:fs";
import { basename } from "node:path";
import type { Generation } from "../../compile/generation.ts";
import { readLink, readText } from "../../host/files.ts";
import { hostsBlock } from "../../host/hosts.ts";
import { isBooted, type Systemd } from "../../host/systemd.ts";
import { networkManagers, observedInterfaces } from "../../plan/host-network.ts";
import type { Observed, ObservedFile } from "../../plan/plan.ts";
import { othersThatWant } from "../../plan/wanted.ts";
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
  const others = [...networkManagers, ...othersThatWant(request.next)];
  return {
    units: await observeUnits(request, keysOf(all, "units"), others),
    files: Object.fromEntries(
      all.flatMap((one) => pathsOf(layout, one)).map((path) => [path, observeFile(path, listed)]),
    ),
    unitLinks: Object.fromEntries(keysOf(all, "unitLinks").map((link) => [link, readLink(`${layout.units}/${link}`)])),
    hosts: hostsBlock(readText(request.hostsFile ?? "/etc/hosts") ?? ""),
    containers: Object.fromEntries(
      keysOf(all, "containers").map((name) => [name, observeContainer(containerDir(layout, name))]),
    ),
    interfaces: Object.fromEntries(observedInterfaces(request.next, layout).flatMap(observeInterface)),
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

/** @param others units that are not ours; of them only those that run are told */
async function observeUnits(
  request: ObserveRequest,
  units: readonly string[],
  others: readonly string[],
): Promise<Observed["units"]> {
  const booted = request.booted ?? isBooted();
  const stopped = Object.fromEntries(units.map((unit) => [unit, { active: "inactive", sub: "dead" }]));
  if (units.length === 0 || !booted) return stopped;
  const found = Object.entries(await request.systemd.activity([...units, ...others]));
  return { ...stopped, ...Object.fromEntries(found.filter(([, { active }]) => active !== "inactive")) };
}

function observeFile(path: string, listed: ReadonlySet<string>): ObservedFile | null {
  const text = readText(path);
  return text === null ? null : { text, ours: listed.has(path) || saysOurs(text) };
}

/** The bridge that an interface is a port of, or null; nothing where there is no such interface. */
function observeInterface(name: string): [string, string | null][] {
  const directory = `/sys/class/net/${name}`;
  if (!existsSync(directory)) return [];
  const master = readLink(`${directory}/master`);
  return [[name, master === null ? null : basename(master)]];
}

function observeContainer(directory: string): { readonly hasRoot: boolean; readonly declared: string | null } {
  return {
    hasRoot: lstatSync(`${directory}/root`, { throwIfNoEntry: false })?.isDirectory() ?? false,
    declared: readLink(`${directory}/declared/current`),
  };
}
