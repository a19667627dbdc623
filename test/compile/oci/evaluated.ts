/** Configurations with OCI containers, evaluated and compiled as the command does, for tests. */
import { compile, type Generation, type More } from "../../../src/compile/index.ts";
import { StowageError } from "../../../src/error.ts";
import { type Evaluation, evalModules } from "../../../src/modules/index.ts";
import { type HostConfig, hostModule } from "../../../src/options/index.ts";
import { defaultLayout } from "../../../src/store/layout.ts";
import { lock } from "../config.ts";

/** @param definitions as in host.ts */
export const evaluated = (definitions: object): Evaluation<HostConfig> =>
  evalModules({ modules: [hostModule, definitions] }) as Evaluation as Evaluation<HostConfig>;

/** @throws Error where the configuration has issues; StowageError with the problems that compiling finds */
export function compiled(definitions: object, more: More = {}): Generation {
  const evaluation = evaluated(definitions);
  const [issue] = evaluation.issues;
  if (issue !== undefined) throw new Error(issue.message);
  return compile(evaluation, lock, defaultLayout, "", undefined, more);
}

/** Messages of the problems that compiling finds. */
export function problemsOf(definitions: object, more: More = {}): string[] {
  try {
    compiled(definitions, more);
    return [];
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    return error.problems.map(({ message }) => message);
  }
}
