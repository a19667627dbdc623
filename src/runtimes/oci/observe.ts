/** What engines say of containers whose services run: of one that somebody removed, renamed or paused behind systemd's back. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerPart, Generation } from "../../compile/generation.ts";
import type { Observed, ObservedContainer } from "../../plan/plan.ts";

type Engine = NonNullable<ContainerPart["oci"]>;

/** State of each container that an engine has, by name; null where it does not say. */
export type EngineStates = (of: Pick<Engine, "engine" | "user">) => Promise<ReadonlyMap<string, string> | null>;

/** Whether units run, now. */
type Activity = (units: readonly string[]) => Promise<Observed["units"]>;

/** Milliseconds after which an engine is asked again: a container that ends by itself is gone just before its service is. */
const pause = 300;

/**
 * @param ours what is on the machine by our doing
 * @returns by container, only those of which there is something to say
 */
export async function observeEngines(
  ours: readonly Generation[],
  units: Observed["units"],
  statesOf: EngineStates,
  activity: Activity,
): Promise<Record<string, NonNullable<ObservedContainer["engine"]>>> {
  const running = new Map<string, ContainerPart & { readonly oci: Engine }>();
  for (const { containers } of ours)
    for (const part of Object.values(containers))
      if (part.oci !== undefined && isActive(units, part) && !running.has(part.unit))
        running.set(part.unit, { ...part, oci: part.oci });
  const all = [...running.values()];
  const first = await stateOf(all, statesOf);
  const missing = all.filter(({ name }) => first.get(name) === "gone");
  if (missing.length > 0) {
    await sleep(pause);
    const [again, now] = await Promise.all([stateOf(missing, statesOf), activity(missing.map(({ unit }) => unit))]);
    for (const part of missing) if (again.get(part.name) !== "gone" || !isActive(now, part)) first.delete(part.name);
  }
  return Object.fromEntries(first);
}

const isActive = (units: Observed["units"], { unit }: ContainerPart): boolean => units[unit]?.active === "active";

type Asked = Pick<ContainerPart, "name"> & { readonly oci: Engine };

async function stateOf(parts: readonly Asked[], statesOf: EngineStates) {
  const keyOf = ({ oci }: Asked) => `${oci.engine} ${oci.user}`;
  const engines = new Map(parts.map((part) => [keyOf(part), part.oci]));
  const answers = new Map(await Promise.all([...engines].map(async ([key, of]) => [key, await statesOf(of)] as const)));
  const found = new Map<string, NonNullable<ObservedContainer["engine"]>>();
  for (const part of parts) {
    const states = answers.get(keyOf(part));
    const state = states?.get(part.name);
    if (states === null || states === undefined) continue;
    if (state === "paused") found.set(part.name, "paused");
    else if (state !== "running") found.set(part.name, "gone");
  }
  return found;
}
