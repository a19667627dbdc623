/** What a disk answers when it cannot hold more, as an error for people instead of an errno. */
import { StowageError } from "../error.ts";

const reasons: Readonly<Record<string, { readonly code: string; readonly why: string; readonly hint: string }>> = {
  ENOSPC: { code: "disk-full", why: "no space is left", hint: "free some space, or remove old generations" },
  EDQUOT: { code: "disk-full", why: "the disk quota is used up", hint: "free some space, or raise the quota" },
  EROFS: { code: "read-only", why: "the file system is read-only", hint: "check the disk, and mount it writable" },
  EACCES: { code: "not-permitted", why: "permission was denied", hint: "run this as root" },
};

/** Runs `work`; a full or unwritable disk below `where` becomes a StowageError that names it. */
export async function diskErrors<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asDiskError(where, error);
  }
}

function asDiskError(where: string, error: unknown): unknown {
  const reason = reasons[codeOf(error) ?? ""];
  if (!reason) return error;
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

/** Programs that we start tell in words what system calls tell in numbers. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof StowageError)) return (error as NodeJS.ErrnoException | undefined)?.code;
  const text = error.problems.flatMap((problem) => problem.details ?? []).join("\n");
  if (text.includes("No space left on device")) return "ENOSPC";
  if (text.includes("Disk quota exceeded")) return "EDQUOT";
  return undefined;
}
