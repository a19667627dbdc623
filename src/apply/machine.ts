/** The effects of a plan's steps on this machine. */
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { reloadNetworkManager } from "../host/network-managers.ts";
import { stopUnit } from "../host/nspawn.ts";
import { run } from "../host/run.ts";
import type { OnJob, Systemd } from "../host/systemd.ts";
import { hostsText } from "../network/index.ts";
import type { InnerChange } from "../plan/inner.ts";
import type { Plan, TakeOver } from "../plan/plan.ts";
import { diskErrors } from "../store/disk-errors.ts";
import { markSwitched, markTested, setCurrentGeneration, writeGeneration } from "../store/generations.ts";
import type { Layout } from "../store/layout.ts";
import { render } from "../units/index.ts";
import { removeEmptied, removeIfEmpty, removeMade } from "./directories.ts";
import type { Effects } from "./effects.ts";
import { concernedUnits, explainFailure, explainReload, withHealth } from "./explain.ts";
import { explainInside } from "./explain-inside.ts";
import { removeLink, removeOurs, removeTemporaries, writeHostsBlock, writeLink, writeOurs } from "./files.ts";
import { type LeftBehind, meantToRun, removeJournal, writeJournal } from "./journal.ts";
import { forgetMadeLockAfter } from "./made-lock.ts";
import {
  bootUnitPaths,
  type Carrier,
  currentOrNothing,
  giveBoth,
  giveMachine,
  isDivided,
  removeBootUnit,
  renewBootUnit,
} from "./next-boot.ts";
import type { OnProgress } from "./report.ts";

/** What a container has on disk beside its root's contents; `src/systems` knows how. */
export interface Containers {
  /** Makes the root where there is none. */
  seed(container: ContainerPart): Promise<void>;
  /** Puts the declared directory beside the former one, with the order for this run of the container's unit. */
  prepare(container: ContainerPart, invocation: string, order: TakeOver): Promise<void>;
  /** Stops what must end with its old definition, inside. */
  stopOld(container: ContainerPart, invocation: string): Promise<void>;
  /** Puts the declared directory in place. */
  declare(container: ContainerPart): Promise<void>;
  /** The running container has taken over in place: a start has nothing to bring into its root. */
  tookOver(container: ContainerPart): void;
  /** The running container has taken over what is declared: former copies are of no use. */
  settled(name: string): void;
}

/**
 * Whose the plan's next generation becomes: the machine's and the next boot's; the machine's alone (`test`); both, by the
 * unit that carries over at boot, which goes last; or it is put back, and is what it was.
 */
export type Becomes = "current" | "active" | "current-at-boot" | "restored";

export interface Machine {
  readonly layout: Layout;
  readonly systemd: Systemd;
  readonly containers: Containers;
  /** Default /etc/hosts. */
  readonly hostsFile?: string;
  /** The number of the plan's current generation. */
  readonly current: number | null;
  /** The number of the plan's next generation, where it is one that is kept already; default: it gets the next number. */
  readonly stored?: number;
  /** Further generations whose things may be on the machine, from switches that were cut short. */
  readonly leftBehind: readonly LeftBehind[];
  /** Of these switches: see {@link Journal.meant}. Default: none were cut short. */
  readonly meant?: readonly string[];
  /** Default "current". */
  readonly becomes?: Becomes;
  /** What the next boot has, where the machine has another one. */
  readonly nextBoot?: Generation;
  /** What it is to have from now on: a change by hand is made in both. `wasCurrent`: the machine's has been the next boot's. */
  readonly nextBootToo?: { readonly generation: Generation; readonly wasCurrent: boolean };
  /** For the next boot, where the machine has another generation until then. */
  readonly carrier?: Carrier;
}

/** @param onProgress told how jobs stand that are under way */
export function machineEffects(plan: Plan, machine: Machine, onProgress: OnProgress = () => undefined): Effects {
  const number: NumberOf = { next: null };
  const onJob: OnJob = (state) => onProgress({ kind: "job", ...state });
  return {
    ...unitEffects(plan, machine, onJob),
    ...fileEffects(plan, machine),
    ...recordEffects(plan, machine, number),
  };
}

interface NumberOf {
  /** Known from `begin` on. */
  next: number | null;
}

type UnitEffects = Pick<
  Effects,
  "stopUnit" | "startUnit" | "restartUnit" | "reloadUnit" | "daemonReload" | "loadPorts" | "reloadManager" | "explain"
>;

function unitEffects(plan: Plan, { systemd, containers, layout }: Machine, onJob: OnJob): UnitEffects {
  const parts = [plan.next, plan.current].flatMap((one) => Object.values(one?.containers ?? {}));
  const partOf = (unit: string) => parts.find((part) => part.unit === unit);
  const settled = async (unit: string, job: Promise<void>) => {
    await job;
    const container = partOf(unit);
    if (container !== undefined) containers.settled(container.name);
  };
  return {
    async stopUnit(unit) {
      await stopUnit(systemd, unit, onJob);
      // systemd keeps a failed unit in mind although its file is gone.
      if (plan.next.units[unit] === undefined) await systemd.resetFailed(unit);
    },
    startUnit: (unit) => settled(unit, systemd.start(unit, onJob)),
    restartUnit: (unit) => settled(unit, systemd.restart(unit, onJob)),
    async reloadUnit(unit) {
      const container = partOf(unit);
      const job = systemd.reload(unit, onJob);
      await settled(unit, container === undefined ? whereItRuns(systemd, unit, job) : job);
      if (container !== undefined) containers.tookOver(container);
    },
    daemonReload: () => systemd.daemonReload(),
    loadPorts: async (container) =>
      void (await run(["nft", "-f", `${layout.etc}/network/${container}.nft`], { package: "nftables" })),
    reloadManager: (manager) => reloadNetworkManager(manager),
    async explain(unit, since) {
      const failure = await explainFailure(systemd, concernedUnits(unit, parts, plan.next.units), since);
      const container = partOf(unit);
      if (failure !== null) return withHealth(systemd, container, since, failure);
      if (container?.kind === "oci") return null;
      return container === undefined ? explainReload(systemd, unit, since) : explainInside(systemd, container, since);
    },
  };
}

/** What all stopped that needed it has ended too, and its next start reads what is there then. */
async function whereItRuns(systemd: Systemd, unit: string, reload: Promise<void>): Promise<void> {
  try {
    await reload;
  } catch (error) {
    const { active } = (await systemd.states([unit]))[unit] ?? { active: "unknown" };
    if (active !== "inactive" && active !== "deactivating") throw error;
  }
}

type FileEffects = Pick<
  Effects,
  "writeUnit" | "removeUnit" | "writeUnitLink" | "removeUnitLink" | "writeFile" | "removeFile" | "writeHosts"
>;

function fileEffects(plan: Plan, { layout, hostsFile, leftBehind }: Machine): FileEffects {
  const former = [plan.current, ...leftBehind.map((one) => one.generation)].filter((one) => one !== null);
  const lists = (part: "units" | "files", key: string) => former.some((one) => Object.hasOwn(one[part], key));
  return {
    async writeUnit(unit) {
      const text = render(known(plan.next.units[unit], unit));
      writeOurs(layout, `${layout.units}/${unit}`, { text, mode: "0644" }, lists("units", unit));
    },
    async removeUnit(unit) {
      removeOurs(`${layout.units}/${unit}`, lists("units", unit));
    },
    async writeUnitLink(link, target) {
      writeLink(`${layout.units}/${link}`, target);
    },
    async removeUnitLink(link) {
      removeLink(`${layout.units}/${link}`);
    },
    async writeFile(path) {
      writeOurs(layout, path, known(plan.next.files[path], path), lists("files", path));
    },
    async removeFile(path) {
      removeOurs(path, lists("files", path));
      // /etc/stowage/network is ours alone; /etc/stowage has the user's files, /etc/sysctl.d everyone's.
      if (dirname(path).startsWith(`${layout.etc}/`)) removeIfEmpty(dirname(path));
      removeMade(layout, dirname(path));
    },
    async writeHosts() {
      writeHostsBlock(hostsFile ?? "/etc/hosts", hostsText(plan.next.hosts));
    },
  };
}

type RecordEffects = Pick<Effects, "seedRoot" | "prepare" | "declare" | "recordGeneration" | "begin" | "end">;

function recordEffects(plan: Plan, machine: Machine, number: NumberOf): RecordEffects {
  const { layout, containers, systemd, becomes = "current" } = machine;
  const containerOf = (name: string) => known(plan.next.containers[name], name);
  const from = [machine.current, ...machine.leftBehind.map((one) => one.number)].filter((one) => one !== null);
  const journal = (pending: readonly string[] | null) =>
    writeJournal(layout, {
      from,
      to: known(number.next, "the generation's number"),
      pending,
      meant: meantToRun(plan, machine.meant ?? []),
    });
  return {
    begin: () =>
      diskErrors(layout.state, async () => {
        if (becomes === "active") currentOrNothing(layout);
        // First: of a test the machine's has the higher number, of a `boot` it has been current (formerGeneration).
        if (machine.nextBootToo !== undefined)
          setCurrentGeneration(layout, writeGeneration(layout, machine.nextBootToo.generation));
        const isCurrent = plan.current?.id === plan.next.id && machine.current !== null;
        number.next = isCurrent ? machine.current : (machine.stored ?? writeGeneration(layout, plan.next));
        removeTemporaries(temporaryPlaces(plan, machine));
        journal(null);
        prepareNextBoot(plan, machine, known(number.next, "the generation's number"));
      }),
    async end(unfinished) {
      if (machine.leftBehind.length > 0) removeEmptied(layout, temporaryPlaces(plan, machine));
      if (!isDivided(layout)) removeBootUnit(layout);
      if (unfinished === "files") return;
      forgetMadeLockAfter(plan, machine);
      if (unfinished.length === 0) removeJournal(layout);
      else journal(unfinished);
    },
    async recordGeneration() {
      const next = known(number.next, "the generation's number");
      if (becomes === "active" && machine.nextBootToo?.wasCurrent) markSwitched(layout, next);
      else if (becomes === "active") markTested(layout, next);
      if (becomes === "current" || becomes === "current-at-boot") giveBoth(layout, next);
      // Before systemd reads units anew; at boot not before the end: containers come after it.
      if (becomes === "current") removeBootUnit(layout);
    },
    seedRoot: (name) => containers.seed(containerOf(name)),
    async prepare(name, order, stop) {
      const container = containerOf(name);
      const invocation = await invocationOf(systemd, container.unit);
      // It has ended since the plan was made: a start finds what is declared, and has nothing to take over.
      if (invocation === "") return;
      await containers.prepare(container, invocation, order);
      if (stop && (order.hasChildren || order.units.some(endsSomething)))
        await containers.stopOld(container, invocation);
    },
    declare: (name) => containers.declare(containerOf(name)),
  };
}

/** Whatever becomes of it from here on: the next boot finds what it needs to put everything right. */
function prepareNextBoot(
  plan: Plan,
  { layout, leftBehind, becomes, nextBoot, nextBootToo, carrier }: Machine,
  number: number,
): void {
  if (carrier === undefined || becomes === "current-at-boot" || becomes === "restored") return;
  const generations = [
    plan.current,
    plan.next,
    nextBoot,
    nextBootToo?.generation,
    ...leftBehind.map((one) => one.generation),
  ];
  const there = generations.filter((one) => one !== null && one !== undefined);
  if (becomes === "active") giveMachine(layout, number, carrier, there);
  else renewBootUnit(layout, carrier, there);
}

/** Something of it ends by its old definition. */
const endsSomething = ({ verb, replaces }: InnerChange): boolean =>
  verb === "stop" || verb === "exchange" || replaces === true;

/** Of the run that is under way, or "". A reload that a killed switch began is waited for: it goes by the former order. */
async function invocationOf(systemd: Systemd, unit: string): Promise<string> {
  for (;;) {
    const state = (await systemd.states([unit]))[unit];
    if (state?.active !== "reloading") return state?.invocation ?? "";
    await sleep(100);
  }
}

/** Every path that a switch which was cut short may have been about to write: this very one, too, the last time. */
function temporaryPlaces(plan: Plan, { layout, hostsFile, leftBehind }: Machine): string[] {
  const all = [plan.current, plan.next, ...leftBehind.map((one) => one.generation)].filter((one) => one !== null);
  return [
    hostsFile ?? "/etc/hosts",
    `${layout.state}/switch.json`,
    ...bootUnitPaths(layout),
    ...all.flatMap((one) => [
      ...Object.keys(one.files),
      ...[...Object.keys(one.units), ...Object.keys(one.unitLinks)].map((name) => `${layout.units}/${name}`),
    ]),
  ];
}

/** A plan names only what is in its generation: anything else is a bug of the planner's. */
function known<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`plan: ${what} is not in the next generation`);
  return value;
}
