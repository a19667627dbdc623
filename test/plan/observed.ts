/** Machines for tests of the planner: as a generation left them, with differences. */
import type { Generation } from "../../src/compile/index.ts";
import { hostsText } from "../../src/network/index.ts";
import type { Observed, ObservedDrift, ObservedFile } from "../../src/plan/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { render } from "../../src/units/index.ts";

export interface Differences {
  /** ActiveState by unit, or ActiveState/SubState. Default: containers with autoStart, their companions and what is shared are active. */
  readonly units?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, ObservedFile | null>>;
  readonly unitLinks?: Readonly<Record<string, string | null>>;
  readonly hosts?: string | null;
  readonly containers?: Observed["containers"];
  /** What its declared directory has lost, by container. */
  readonly lacks?: Readonly<Record<string, string>>;
  readonly drift?: Partial<ObservedDrift>;
}

/** @param left the generations whose things are there; none for a fresh machine */
export function machine(left: readonly Generation[], different: Differences = {}): Observed {
  return {
    units: { ...Object.assign({}, ...left.map(states)), ...activeStates(different.units ?? {}) },
    files: { ...Object.assign({}, ...left.map(files)), ...different.files },
    unitLinks: { ...Object.assign({}, ...left.map((one) => one.unitLinks)), ...different.unitLinks },
    hosts: different.hosts !== undefined ? different.hosts : hostsText(left.at(-1)?.hosts ?? []) || null,
    containers: lacking({ ...Object.assign({}, ...left.map(disk)), ...different.containers }, different.lacks ?? {}),
    ...(different.drift && { drift: { dropIns: {}, unread: false, startedWith: {}, damaged: {}, ...different.drift } }),
  };
}

const lacking = (containers: Observed["containers"], lacks: Readonly<Record<string, string>>) => ({
  ...containers,
  ...Object.fromEntries(
    Object.entries(lacks).map(([name, part]) => [
      name,
      { hasRoot: true, declared: null, ...containers[name], lacks: part },
    ]),
  ),
});

const activeStates = (units: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(units).map(([unit, state]) => {
      const [active = "", sub = ""] = state.split("/");
      return [unit, { active, sub }];
    }),
  );

function states(generation: Generation) {
  const stopped = Object.values(generation.containers)
    .filter((part) => !part.autoStart)
    .flatMap((part) => [part.unit, ...part.companions]);
  const oneshot = (unit: string) => /^container-merge@|^stowage-sysctl|^stowage-forward-.*\.service$/.test(unit);
  return activeStates(
    Object.fromEntries(
      Object.keys(generation.units).map((unit) => [
        unit,
        stopped.includes(unit) || oneshot(unit) ? "inactive" : "active",
      ]),
    ),
  );
}

function files(generation: Generation): Record<string, ObservedFile> {
  const units = Object.values(generation.units).map((unit) => [`${defaultLayout.units}/${unit.name}`, render(unit)]);
  const others = Object.entries(generation.files).map(([path, { text }]) => [path, text]);
  return Object.fromEntries([...units, ...others].map(([path, text]) => [path, { text, ours: true }]));
}

const disk = (generation: Generation) =>
  Object.fromEntries(
    Object.values(generation.containers).map((part) => [
      part.name,
      { hasRoot: !part.ephemeral, declared: part.ephemeral ? null : part.system },
    ]),
  );
