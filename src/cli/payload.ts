/** What runs of a container: its first process, and the group of all of them. */
import type { ContainerPart } from "../compile/generation.ts";
import { groupOf, processesIn } from "../host/cgroups.ts";
import { inspect } from "../host/engines.ts";
import { leaderOf } from "../host/machined.ts";
import { initBelow } from "../host/processes.ts";
import { asUser } from "./as-user.ts";
import type { Session } from "./session.ts";
import { unitStates } from "./states.ts";

export interface Payload {
  readonly container: ContainerPart;
  /** Of its first process, as the host sees it. */
  readonly pid: number;
  /** Directory of its control group; null where there is no unified hierarchy. */
  readonly group: string | null;
}

/** By container; those that do not run have none. */
export async function payloadsOf(
  session: Session,
  containers: readonly ContainerPart[],
): Promise<ReadonlyMap<string, Payload>> {
  const states = await unitStates(
    session,
    containers.map(({ unit }) => unit),
  );
  const found = await Promise.all(
    containers.map(async (container): Promise<[string, Payload][]> => {
      const { active, mainPid = 0 } = states[container.unit] ?? {};
      const pid = active === "active" || active === "reloading" ? await pidOf(container, mainPid) : null;
      if (pid === null) return [];
      const group = groupOf(pid, container.kind === "system" ? container.unit : undefined);
      return [[container.name, { container, pid, group }]];
    }),
  );
  return new Map(found.flat());
}

/** Of what runs in it, as the host sees it; null where nobody can say. */
export async function pidOf({ name, oci }: ContainerPart, mainPid: number): Promise<number | null> {
  // The service of a container of docker's is the client alone.
  if (oci?.engine === "docker") return (await inspect(oci, name, asUser).catch(() => null))?.pid ?? null;
  return initBelow(mainPid) ?? (oci === undefined ? leaderOf(name) : null);
}

/** Process ids on the host, of those that are there now. */
export const processesOf = ({ pid, group }: Payload): number[] => (group === null ? [pid] : processesIn(group));
