/** Interfaces of the host that containers get, or have macvlans on, and that this host lacks. */
import type { Generation } from "../compile/generation.ts";
import { isUp, runningIn } from "./decide.ts";
import type { Observed } from "./plan.ts";

/** All that {@link missingInterfaces} asks for. */
export const wantedInterfaces = (next: Generation): string[] =>
  Object.values(next.containers).flatMap(({ hostInterfaces }) => hostInterfaces ?? []);

/** What to tell, for each container. One that runs may have the interface: it is then not the host's, and not missing. */
export function missingInterfaces(next: Generation, observed: Observed): string[] {
  return Object.values(next.containers).flatMap(({ name: container, unit, hostInterfaces }) =>
    (hostInterfaces ?? [])
      .filter((name) => !Object.hasOwn(observed.interfaces ?? {}, name) && !isUp(runningIn(observed.units, unit)))
      .map((name) => `there is no interface ${name} on this host: container ${container} cannot start without it`),
  );
}
