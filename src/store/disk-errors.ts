/** What a disk answers when it cannot hold more, or fails, as an error for people instead of an errno. */
import { StowageError } from "../error.ts";

interface Reason {
  readonly code: string;
  readonly why: string;
  readonly hint: string;
  /** How programs that we start say it: the C library's words. */
  readonly words: string;
}

const reasons: Readonly<Record<string, Reason>> = {
  ENOSPC: {
    code: "disk-full",
    why: "no space is left",
    hint: "free some space: `stowage gc` removes what nothing needs, and works on a full disk",
    words: "No space left on device",
  },
  EDQUOT: {
    code: "disk-full",
    why: "the disk quota is used up",
    hint: "free some space, or raise the quota",
    words: "Disk quota exceeded",
  },
  EROFS: {
    code: "read-only",
    why: "the file system is read-only",
    hint: "check the disk, and mount it writable",
    words: "Read-only file system",
  },
  EIO: {
    code: "disk-error",
    why: "the disk has failed",
    hint: "look for it in the kernel's log: journalctl --dmesg",
    words: "Input/output error",
  },
};

/** Only where we know that it is about writing: what may not be read has other reasons. */
const notPermitted: Reason = {
  code: "not-permitted",
  why: "permission was denied",
  hint: "run this as root",
  words: "Permission denied",
};

/** Runs `work`; a full or unwritable disk below `where` becomes a StowageError that names it. */
export async function diskErrors<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw writing(where, error);
  }
}

/** {@link diskErrors} of what is done at once. */
export function diskErrorsSync<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw writing(where, error);
  }
}

/** What went wrong at a place that only the error itself knows. Anything but a disk's answer stays what it is. */
export function asDiskError(error: unknown): unknown {
  const reason = reasonOf(error);
  if (reason === undefined || error instanceof StowageError) return error;
  const { path, dest } = error as { readonly path?: string; readonly dest?: string };
  return inWords(dest ?? path ?? "a file", reason, error);
}

function writing(where: string, error: unknown): unknown {
  const isDenied = (error as NodeJS.ErrnoException | undefined)?.code === "EACCES";
  const reason = reasonOf(error) ?? (isDenied ? notPermitted : undefined);
  return reason === undefined ? error : inWords(where, reason, error);
}

function inWords(where: string, reason: Reason, error: unknown): StowageError {
  const details = [error instanceof StowageError ? error.problems[0]?.details : (error as Error).message].flat();
  return new StowageError(
    {
      code: reason.code,
      message: `${where} cannot be written: ${reason.why}`,
      details: details.filter((line) => line !== undefined).slice(-3),
      hint: reason.hint,
    },
    { cause: error },
  );
}

/** Programs that we start tell in words what system calls tell in numbers. Of one that is told already, nothing more. */
function reasonOf(error: unknown): Reason | undefined {
  if (!(error instanceof StowageError)) return reasons[(error as NodeJS.ErrnoException | undefined)?.code ?? ""];
  const all = Object.values(reasons);
  if (error.problems.some(({ code }) => all.some((reason) => reason.code === code))) return undefined;
  const text = error.problems.flatMap((problem) => problem.details ?? []).join("\n");
  return all.find(({ words }) => text.includes(words));
}
