/** What we make of a case: facts, or messages that refuse it. */
import { compile, warningsOf } from "../../../src/compile/index.ts";
import { StowageError } from "../../../src/error.ts";
import { renderProblem } from "../../../src/modules/render-problem.ts";
import { defaultLayout } from "../../../src/store/layout.ts";
import { lock } from "../../compile/config.ts";
import { evaluated } from "../../compile/oci/evaluated.ts";
import type { OciInput } from "./case.ts";
import type { OciFacts } from "./facts.ts";
import { observeOci } from "./observe.ts";

export type OciOutcome =
  | { readonly facts: OciFacts; readonly warnings: readonly string[] }
  | { readonly refused: readonly string[] };

export function ociOutcome(input: OciInput): OciOutcome {
  const evaluation = evaluated(translate(input));
  const { issues } = evaluation;
  if (issues.length > 0) return { refused: issues.map((issue) => renderProblem(issue, "error")) };
  try {
    const facts = observeOci(compile(evaluation, lock, defaultLayout, "", undefined, { users: usersOf(input) }));
    const warnings = [...evaluation.warnings, ...warningsOf(evaluation.config)];
    return { facts, warnings: warnings.map((warning) => renderProblem(warning, "warning")) };
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    return { refused: error.problems.map((problem) => renderProblem(problem, "error")) };
  }
}

/** NixOS's `virtualisation.oci-containers` is `ociContainers`, `docker-containers` is `dockerContainers`; all else has the same name. */
export function translate({ oci, host = {} }: OciInput): object {
  return {
    ...(oci !== undefined && { ociContainers: oci }),
    ...(host["docker-containers"] !== undefined && { dockerContainers: host["docker-containers"] }),
    ...(host.networking !== undefined && { networking: host.networking }),
  };
}

/** Accounts are the host's, and looked up there: it has them with a number, whether or not the configuration says which. */
const usersOf = ({ host }: OciInput) =>
  new Map(
    Object.entries(host?.users?.users ?? {}).map(([name, { uid = 1000, home = `/home/${name}` }]) => [
      name,
      { uid, home, hasSubIds: true },
    ]),
  );
