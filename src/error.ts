/**
 * The one error class for people. Anything else that is thrown is a bug of ours and shows its stack.
 * Thrown deep, told in one place (`src/cli/report`): library code neither prints nor exits.
 */

/** A place in a file of the user's. Line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A definition that has part in a problem. */
export interface ProblemDefinition {
  /** Its value as text, shortened; a secret is not shown. */
  readonly value: string;
  readonly place?: Place;
  /** Where no place is known: the file, or "default of the option". */
  readonly origin?: string;
  /** Lower wins; 100 is a plain definition. */
  readonly priority: number;
}

/** One problem, as data. The text that a person sees is rendered from this. */
export interface Problem {
  /** Stable, for programs and for the docs: `unknown-option`, `wrong-type`, `address-clash`, … */
  readonly code: string;
  /** What is wrong, in one sentence without a full stop. */
  readonly message: string;
  /** Where it was written. The first is shown in the first line, further ones below it. */
  readonly places?: readonly Place[];
  /** What was expected, why it matters: further lines. */
  readonly details?: readonly string[];
  /** What to do about it. */
  readonly hint?: string;
  /** The option it is about: `["containers", "web", "image"]`. */
  readonly option?: readonly string[];
  /** The definitions of the option that have part in it. */
  readonly definitions?: readonly ProblemDefinition[];
}

/** `host.ts:14:7` */
export function showPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

export class StowageError extends Error {
  override readonly name = "StowageError";
  readonly problems: readonly Problem[];
  /** The exit code that this error asks for; see `src/cli/exit-codes.ts`. */
  readonly exitCode: number;

  constructor(problems: Problem | readonly Problem[], options: { exitCode?: number; cause?: unknown } = {}) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map((problem) => problem.message).join("\n"), { cause: options.cause });
    this.problems = list;
    this.exitCode = options.exitCode ?? 1;
  }
}
