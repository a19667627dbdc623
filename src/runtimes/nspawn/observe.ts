/**
 * Reads from the machine what the planner must know of it: a few questions to systemd, and one look at every file, link and
 * directory that any of the given generations lists. Nothing is changed.
 */
import { existsSync, lstatSync } from "node:fs";
import { basename } from "node:path";
import type { Generation } from "../../compile/generation.ts";
import { readFound, readLink, readText } from "../../host/files.ts";
import { hostsBlock } from "../../host/hosts.ts";
import { unmappable } from "../../host/mounts.ts";
import { isBooted, type Systemd } from "../../host/systemd.ts";
import { takenInside } from "../../host/take-over.ts";
import { wantedInterfaces } from "../../plan/host-interfaces.ts";
import { networkManagers, observedInterfaces } from "../../plan/host-network.ts";
import type { Observed, ObservedContainer, ObservedFile } from "../../plan/plan.ts";
import { othersThatWant } from "../../plan/wanted.ts";
import { missingPart } from "../../store/declared.ts";
import { containerDir, type Layout, storePath } from "../../store/layout.ts";
import { isStoreName } from "../../store/names.ts";
import { orderBegins, ordersIn } from "../../store/order.ts";
import type { Recipe, StoreName, ToplevelRecipe } from "../../systems/recipe.ts";
import { saysOurs } from "../../units/index.ts";
import { type EngineStates, observeEngines } from "../oci/observe.ts";
import { containerUnit } from "./container.ts";
import { askAboutDrift, observeDrift } from "./observe/drift.ts";
import { observePackaged } from "./observe/packaged.ts";
import { observeSecrets } from "./observe/secrets.ts";

export interface ObserveRequest {
  readonly layout: Layout;
  readonly systemd: Pick<Systemd, "activity" | "states" | "unitsReadAt">;
  /** What is on the machine by our doing: the current generation, and those of switches that were cut short. */
  readonly ours: readonly Generation[];
  readonly next: Generation;
  /** Default /etc/hosts. */
  readonly hostsFile?: string;
  /** What engines say of OCI containers. Default: nobody asks them. */
  readonly engines?: EngineStates;
  /** Whether systemd runs; where it does not, no unit does. */
  readonly booted?: boolean;
}

export async function observe(request: ObserveRequest): Promise<Observed> {
  // Where there is nothing to do the next generation is the current one.
  const all = [...new Set([...request.ours, request.next])];
  const { layout } = request;
  const listed = new Set(request.ours.flatMap((one) => pathsOf(layout, one)));
  const further = request.ours.includes(request.next) ? [] : pathsOf(layout, request.next);
  const others = [...networkManagers, ...othersThatWant(request.next)];
  const booted = request.booted ?? isBooted();
  const units = await observeUnits(request, keysOf(all, "units"), others);
  // Before all that is looked at here, so that others answer meanwhile.
  const answers = askAboutDrift({ ...request, booted }, units);
  const engines = askEngines(request, units);
  const changed = new Map<string, number>();
  const observed = {
    units,
    files: Object.fromEntries(
      [...new Set([...listed, ...further])].map((path) => [path, observeFile(path, listed, changed)]),
    ),
    unitLinks: Object.fromEntries(keysOf(all, "unitLinks").map((link) => [link, readLink(`${layout.units}/${link}`)])),
    packaged: observePackaged(request.ours, request.next),
    hosts: hostsBlock(readText(request.hostsFile ?? "/etc/hosts") ?? ""),
    containers: await observeContainers(request, keysOf(all, "containers"), engines),
    secrets: await observeSecrets(request.next, units),
    unmappable: unmappable([...new Set(Object.values(request.next.containers).flatMap(({ mapped = [] }) => mapped))]),
    interfaces: Object.fromEntries(
      [...observedInterfaces(request.next, layout), ...wantedInterfaces(request.next)].flatMap(observeInterface),
    ),
  };
  return { ...observed, drift: await observeDrift({ ...request, booted }, observed, answers, changed) };
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

/** @param changed gets the time of the file's last change */
function observeFile(path: string, listed: ReadonlySet<string>, changed: Map<string, number>): ObservedFile | null {
  const found = readFound(path);
  if (found === null) return null;
  const { text } = found;
  changed.set(path, found.changed);
  // What is no regular file reads as nothing.
  const link = text === "" ? readLink(path) : null;
  if (link) return { text, ours: false, link };
  return { text, ours: listed.has(path) || saysOurs(text) };
}

/** The bridge that an interface is a port of, or null; nothing where there is no such interface. */
function observeInterface(name: string): [string, string | null][] {
  const directory = `/sys/class/net/${name}`;
  if (!existsSync(directory)) return [];
  const master = readLink(`${directory}/master`);
  return [[name, master === null ? null : basename(master)]];
}

const askEngines = ({ ours, engines, systemd }: ObserveRequest, units: Observed["units"]) =>
  engines === undefined
    ? Promise.resolve({})
    : observeEngines(ours, units, engines, (names) => systemd.activity(names));

async function observeContainers(
  { layout, systemd }: ObserveRequest,
  names: readonly string[],
  engines: Promise<Readonly<Record<string, NonNullable<ObservedContainer["engine"]>>>>,
) {
  const found = names.map(async (name): Promise<[string, ObservedContainer]> => {
    const directory = containerDir(layout, name);
    const pending = await observePending(layout, systemd, name);
    const declared = readLink(`${directory}/declared/current`);
    const lacks = missingPart(layout, `${directory}/declared`, declared);
    const engine = (await engines)[name];
    return [
      name,
      {
        hasRoot: lstatSync(`${directory}/root`, { throwIfNoEntry: false })?.isDirectory() ?? false,
        declared,
        ...(lacks !== null && { lacks }),
        ...(pending !== null && { pending }),
        ...(engine !== undefined && { engine }),
      },
    ];
  });
  return Object.fromEntries(await Promise.all(found));
}

/** Whether there is an order for the run of the container that is under way; and how far that has come, which it knows itself. */
async function observePending(layout: Layout, systemd: ObserveRequest["systemd"], name: string) {
  const directory = `${containerDir(layout, name)}/declared`;
  const orders = ordersIn(directory);
  if (orders.length === 0) return null;
  const unit = containerUnit(name);
  const invocation = (await systemd.states([unit]))[unit]?.invocation ?? "";
  if (!orders.includes(invocation)) return null;
  const taken = await takenInside(name);
  const from = taken !== null && isStoreName(taken) ? taken : orderBegins(directory, invocation);
  return { from, recipe: from === null ? null : readRecipe(layout, name, from) };
}

/** Of a toplevel that no generation at hand knows. Its name may be the container's word: it gets to see its own only. */
function readRecipe(layout: Layout, container: string, toplevel: StoreName): ToplevelRecipe | null {
  const text = readText(`${storePath(layout, toplevel)}/recipe.json`);
  if (text === null) return null;
  const recipe = JSON.parse(text) as Recipe;
  return recipe.kind === "toplevel" && recipe.name === container ? recipe : null;
}
