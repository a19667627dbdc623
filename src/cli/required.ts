/** What a configuration takes to be on the machine already. Looked at before anything is stopped. */
import { readActive, readCurrent } from "../apply/current.ts";
import type { ContainerPart, Generation } from "../compile/index.ts";
import { type Problem, StowageError } from "../error.ts";
import { hostRoutes } from "../host/routes.ts";
import { placesOf } from "../modules/index.ts";
import { noSystemAt } from "../systems/user-system.ts";
import type { Configured } from "./evaluate.ts";
import { engineProblems } from "./required-engines.ts";
import { networkProblems } from "./required-networks.ts";
import type { Session } from "./session.ts";

/**
 * {@link requirePaths} of what a configuration was compiled to, with the places where it says so.
 * @throws StowageError `no-system-at-path`, one for each container; `no-engine`, `network-taken`
 */
export function requireSystems(session: Session, { evaluation }: Configured, next: Generation): void {
  requirePaths(session, next, (option) => placesOf(evaluation, option));
}

/**
 * Of a container that is as it was nothing is asked: that its system went away keeps nobody else from being switched.
 * @throws StowageError `no-system-at-path`, one for each container; `no-engine`, `network-taken`
 */
export function requirePaths(
  session: Session,
  next: Generation,
  places: (option: readonly string[]) => NonNullable<Problem["places"]> = () => [],
): void {
  // What a flake is built into is not there before.
  const all = Object.values(next.containers);
  const wanted = all.filter(({ path, flake }) => path !== null && !flake);
  if (wanted.length === 0 && all.every(({ oci }) => oci === undefined)) return;
  const active = readActive(session.layout)?.generation ?? null;
  const current = active?.containers ?? {};
  const engines = engineProblems(next, active);
  const paths = wanted
    .filter(({ name, path }) => current[name]?.path !== path)
    .flatMap((container) => {
      const option = ["containers", container.name, "path"];
      return noSystemProblem(container).map((problem) => ({
        ...problem,
        option,
        places: places(option),
      }));
    });
  const problems = [...engines, ...networkProblems(next, active, hostRoutes), ...paths];
  if (problems.length > 0) throw new StowageError(problems);
}

/**
 * For `boot` and `test`: a flake's profile is one for all generations, so that of a flake that changed cannot be built
 * beside the one that the machine, or after a `test` the next boot, is to keep.
 * @throws StowageError `flake-changed`, one for each container
 */
export function requireSameFlakes({ layout }: Session, next: Generation, verb: "boot" | "test"): void {
  const keeping = [readActive(layout), ...(verb === "test" ? [readCurrent(layout)] : [])];
  const problems = Object.values(next.containers).flatMap(({ name, flake }) => {
    const before = keeping
      .map((one) => one?.generation.containers[name]?.flake)
      .find((one) => flake && one && one !== flake);
    return before ? [flakeChanged(name, before, `${flake}`, verb)] : [];
  });
  if (problems.length > 0) throw new StowageError(problems);
}

const flakeChanged = (name: string, before: string, flake: string, verb: string): Problem => ({
  code: "flake-changed",
  message: `container ${name} has another flake, which stowage ${verb} cannot keep apart from the one it had`,
  details: [`it had ${before}, and is to have ${flake}; both are built into one profile`],
  hint: "change it by `stowage switch`",
});

/** One problem where a container's `path` is no system. */
export function noSystemProblem({ name, path, flake }: ContainerPart): Problem[] {
  if (path === null) return [];
  const none = noSystemAt(path);
  if (none === null) return [];
  const { why, details } = none;
  const hint = flake ? "`stowage build` builds its flake" : none.hint;
  const message = `container ${name} has no system at its path: ${why}`;
  return [{ code: "no-system-at-path", message, details, ...(hint !== undefined && { hint }) }];
}
