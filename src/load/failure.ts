/** What can go wrong with a host.ts before it is evaluated, told with its place. */
import { type Place, type Problem, StowageError } from "../error.ts";
import { placeOfError } from "../modules/problems.ts";

/** A message of esbuild's, as far as it is used. */
export interface BuildMessage {
  readonly text: string;
  readonly location: {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly lineText: string;
  } | null;
}

/** @param show how a file is called in messages */
export function buildFailure(messages: readonly BuildMessage[], show: (file: string) => string): StowageError {
  return new StowageError(
    messages.map(({ text, location }): Problem => {
      const code = /could not resolve|no matching export|cannot find/i.test(text) ? "bad-import" : "syntax-error";
      if (!location) return { code, message: text };
      // esbuild counts columns from 0.
      const place: Place = { file: show(location.file), line: location.line, column: location.column + 1 };
      return { code, message: text, places: [place], details: [location.lineText.trim()] };
    }),
  );
}

/** The file threw while it was loaded. */
export function throwFailure(error: unknown, shown: string): StowageError {
  if (error instanceof StowageError) return error;
  const place = placeOfError(error);
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const problem: Problem = {
    code: "host-error",
    message: `${shown} cannot be loaded: ${said}`,
    ...(place && { places: [place] }),
  };
  return new StowageError(problem, { cause: error });
}

export function noDefaultExport(shown: string): StowageError {
  return new StowageError({
    code: "no-default-export",
    message: `${shown} has no default export`,
    places: [{ file: shown, line: 1, column: 1 }],
    hint: "write: export default defineHost({ … })",
  });
}

/** @param hint for a file that is no host.ts */
export function notReadable(shown: string, error: NodeJS.ErrnoException, hint?: string): StowageError {
  const isMissing = error.code === "ENOENT";
  return new StowageError({
    code: isMissing ? "no-such-file" : "not-readable",
    message: isMissing ? `there is no ${shown}` : `${shown} cannot be read: ${error.message}`,
    hint: hint ?? (isMissing ? "write one, or name one with -c" : "give the path of a host.ts"),
  });
}

export function isDirectory(shown: string): StowageError {
  return new StowageError({
    code: "not-readable",
    message: `${shown} is a directory`,
    hint: `give the path of a file: ${shown.replace(/\/+$/, "")}/host.ts`,
  });
}

/** Nothing is left that it could wait for. */
export function neverFinished(shown: string): StowageError {
  return new StowageError({
    code: "host-error",
    message: `${shown} never finished loading`,
    details: ["it awaits at its top level what never comes"],
  });
}

export function wrongDefaultExport(shown: string, value: unknown): StowageError {
  const what = value === null || typeof value !== "object" ? String(value) : "a list";
  return new StowageError({
    code: "bad-module",
    message: `the default export of ${shown} must be an object or a function, this is ${what}`,
    places: [{ file: shown, line: 1, column: 1 }],
    hint: "write: export default defineHost({ … })",
  });
}
