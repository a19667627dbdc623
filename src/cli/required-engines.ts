/** Engines that OCI containers need. Looked for before an image is fetched, and before anything is stopped. */
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type Generation, imageRequestsOf } from "../compile/index.ts";
import { type Problem, StowageError } from "../error.ts";
import { enginePackages } from "../host/engine-programs.ts";
import { placesOf } from "../modules/index.ts";
import { engineOf } from "../runtimes/oci/engines.ts";
import { pinnedImage } from "../systems/lock.ts";
import { readLock } from "../systems/lock-file.ts";
import type { Configured } from "./evaluate.ts";

type Engine = Parameters<typeof engineOf>[0];
type IsThere = (path: string) => boolean;

/**
 * For what a configuration declares, of which the lock does not say yet what its image is: that is about to be fetched. What
 * it says it of may be as it was, and then nothing is asked, as {@link engineProblems} has it.
 * @throws StowageError `no-engine`
 */
export function requireEngine({ evaluation, lockFile }: Configured, isThere: IsThere = existsSync): void {
  const { backend } = evaluation.config.ociContainers;
  const requests = imageRequestsOf(evaluation.config);
  if (requests.length === 0) return;
  const lock = readLock(lockFile);
  const names = requests.filter((request) => pinnedImage(lock, request) === null).map(({ container }) => container);
  const option = ["ociContainers", "backend"];
  const problem = engineProblem(backend, names, isThere);
  if (problem === null) return;
  throw new StowageError({ ...problem, option, places: placesOf(evaluation, option) });
}

/** Of a container that is as it was nothing is asked: that its engine went away keeps nobody else from being switched. */
export function engineProblems(next: Generation, current: Generation | null, isThere: IsThere = existsSync): Problem[] {
  const changed = Object.values(next.containers).filter(
    ({ oci, unit }) => oci !== undefined && !isDeepStrictEqual(next.units[unit], current?.units[unit]),
  );
  return (["podman", "docker"] as const).flatMap((engine) => {
    const names = changed.filter(({ oci }) => oci?.engine === engine).map(({ name }) => name);
    return engineProblem(engine, names, isThere) ?? [];
  });
}

function engineProblem(engine: Engine, names: readonly string[], isThere: IsThere): Problem | null {
  const { program } = engineOf(engine);
  if (names.length === 0 || isThere(program)) return null;
  const other = engine === "podman" ? "docker" : "podman";
  const isOther = isThere(engineOf(other).program);
  return {
    code: "no-engine",
    message: `${engine} is not installed, and ${names.length === 1 ? "container" : "containers"} ${names.join(", ")} would be run by it`,
    details: [`there is no ${program}`],
    hint: `${installEngine(engine)}${isOther ? `, or set ociContainers.backend = "${other}", which is installed` : ""}`,
  };
}

const installEngine = (engine: Engine): string =>
  `install it: the package is ${enginePackages[engine].debian} on Debian`;
