/** The one place that tells errors. */
import { StowageError } from "../../error.ts";
import { asDiskError } from "../../store/disk-errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Session } from "../session.ts";
import { version } from "../version.ts";
import { emit } from "./events.ts";
import { tellProblems } from "./problems.ts";

/** @returns the exit code that the error asks for */
export function tellError(session: Session, thrown: unknown): number {
  const { stderr } = session.io;
  // A disk that is full or fails shows wherever something is written.
  const error = asDiskError(thrown);
  if (error instanceof StowageError) {
    emit(session, { event: "error", exitCode: error.exitCode, problems: error.problems });
    tellProblems(session, error.problems);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(
    `${session.paintErr.red("error[bug]")}: this is a bug of stowage's, not of your configuration\n` +
      `  stowage ${version}, node ${process.version}\n  ${stack.replaceAll("\n", "\n  ")}\n  please report it with these lines\n`,
  );
  return exitCodes.bug;
}
