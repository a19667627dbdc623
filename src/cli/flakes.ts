/** The flakes of containers: built when a profile lacks them, and anew by `update`. */
import type { OnProgress } from "../apply/report.ts";
import type { Generation } from "../compile/index.ts";
import { StowageError } from "../error.ts";
import { type BuiltFlake, buildFlake, type FlakeSystem, isFlakeBuilt } from "../systems/nix-flake.ts";
import { findContainers } from "./names.ts";
import { requireRoot, type Session } from "./session.ts";
import { systemdOf } from "./systemd.ts";

const flakesOf = (generation: Generation): FlakeSystem[] =>
  Object.values(generation.containers).flatMap(({ name, flake }) => (flake ? [{ name, flake }] : []));

/** Builds those whose profile is missing or was made from another flake; one after the other, as each says much. */
export async function buildFlakes(session: Session, generation: Generation, onWork: OnProgress): Promise<void> {
  const missing = flakesOf(generation).filter((one) => !isFlakeBuilt(session.layout, one));
  if (missing.length > 0) requireRoot(session, "build");
  for (const one of missing) await buildFlake(session.layout, one, { onWork });
}

export interface UpdatedFlake extends BuiltFlake {
  readonly container: string;
  /** It was running, and has taken over the new system. */
  readonly reloaded: boolean;
}

/** @throws StowageError `unknown-container`, `no-flake` */
export async function updateFlakes(
  session: Session,
  generation: Generation,
  names: readonly string[],
  onWork: OnProgress,
): Promise<UpdatedFlake[]> {
  const containers = findContainers(generation, names);
  const without = containers.filter(({ flake }) => !flake);
  if (without.length > 0) throw new StowageError(without.map(({ name }) => noFlake(name)));
  const updated: UpdatedFlake[] = [];
  for (const { name, unit, flake } of containers) {
    const built = await buildFlake(session.layout, { name, flake: flake ?? "" }, { refresh: true, onWork });
    updated.push({
      container: name,
      ...built,
      reloaded: built.from !== built.to && (await reloadIfActive(session, unit)),
    });
  }
  return updated;
}

async function reloadIfActive(session: Session, unit: string): Promise<boolean> {
  const systemd = systemdOf(session);
  if ((await systemd.activity([unit]))[unit]?.active !== "active") return false;
  await systemd.reload(unit);
  return true;
}

const noFlake = (name: string) => ({
  code: "no-flake",
  message: `container ${name} has no flake to be built anew`,
  hint: "without a name, `stowage update` pins the newest versions of all packages",
});
