/** Engines that OCI containers need. Looked for before an image is fetched, and before anything is stopped. */
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Generation } from "../compile/index.ts";
import { type Problem, StowageError } from "../error.ts";
import { placesOf } from "../modules/index.ts";
import { engineOf } from "../runtimes/oci/engines.ts";
import type { Configured } from "./evaluate.ts";

type Engine = Parameters<typeof engineOf>[0];
type IsThere = (path: string) => boolean;

/** For what a configuration declares. @throws StowageError `no-engine` */
export function requireEngine({ evaluation }: Configured, isThere: IsThere = existsSync): void {
  const { backend, containers } = evaluation.config.ociContainers;
  const option = ["ociContainers", "backend"];
  const problem = engineProblem(backend, Object.keys(containers), isThere);
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
    hint: `${installEngine[engine]}${isOther ? `, or set ociContainers.backend = "${other}", which is installed` : ""}`,
  };
}

/** From Debian 13 on docker.io does not bring the command. */
const installEngine: Readonly<Record<Engine, string>> = {
  podman: "install it: on Debian `apt-get install podman`",
  docker: "install it: on Debian `apt-get install docker.io`, and from Debian 13 on `docker-cli` too",
};
