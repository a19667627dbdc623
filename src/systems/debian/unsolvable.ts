/** Why packages cannot be locked, as errors for people. */
import { type Problem, StowageError } from "../../error.ts";
import { aptFailure } from "./apt-errors.ts";
import { parseNames, parseSimulation, unknownNames } from "./apt-output.ts";
import { type AptRoot, apt } from "./apt-root.ts";
import { distributionOf } from "./distributions.ts";
import { nearNames } from "./near-names.ts";

/** Why apt does not find a way; it is asked again, since a simulation tells more. */
export async function unsolvable(root: AptRoot, wanted: readonly string[]): Promise<StowageError> {
  const simulated = await apt(root, ["apt-get", "-s", "-qq", "install", "--", ...wanted], { accept: "any" });
  const output = simulated.stderr + simulated.stdout;
  const { upgrades, removals } = parseSimulation(simulated.stdout);
  const clashes = [
    ...upgrades.map(({ name, from }) => `${name} ${from} is locked, but would have to be upgraded`),
    ...removals.map((name) => `${name} is locked, but would have to be removed`),
  ];
  if (clashes.length > 0) return lockIsOld(wanted, clashes);
  const unknown = unknownNames(output);
  if (unknown.length === 0) return aptFailure("apt finds no way to install these packages together", output);
  const names = parseNames((await apt(root, ["apt-cache", "pkgnames"])).stdout);
  return new StowageError(unknown.map((name) => unknownPackage(root, name, names)));
}

function unknownPackage(root: AptRoot, name: string, names: readonly string[]): Problem {
  const near = nearNames(
    name,
    names.filter((other) => other !== name),
  );
  return {
    code: "unknown-package",
    message: `there is no package ${JSON.stringify(name)}`,
    details: [`looked for in ${root.archives.map((item) => `${item.suites.join(", ")} (${item.uris[0]})`).join("; ")}`],
    hint: near.length > 0 ? `did you mean ${near.join(", ")}?` : "names are those of `apt-cache search`",
  };
}

export function lockIsOld(names: readonly string[], clashes: readonly string[]): StowageError {
  return new StowageError({
    code: "lock-is-old",
    message: `${names.join(", ")} cannot be added to what is locked`,
    details: clashes.slice(0, 8),
    hint: "`stowage update` locks the versions that there are now, for all containers of the suite",
  });
}

/** The names are ours, so it is the suite that does not fit. */
export function tooOld(root: AptRoot, cause: StowageError): StowageError {
  const suite = root.archives[0]?.suites[0] ?? "";
  return new StowageError(
    {
      code: "suite-too-old",
      message: `systems of ${suite} cannot be built`,
      details: cause.problems.map((problem) => problem.message),
      hint: `${distributionOf(suite).oldest} is the oldest that has what a container needs`,
    },
    { cause },
  );
}
