/** The one table of exit codes: decided by it, shown by --help. */
export const exitCodes = {
  done: 0,
  /** What sysexits.h has no word for: the configuration, or what was asked, cannot be. */
  error: 1,
  somethingToDo: 2,
  unitsFailed: 4,
  badUsage: 64,
  bug: 70,
  lockHeld: 75,
  needsRoot: 77,
  /** 128 + the number of the signal, as shells say it. */
  interrupted: 130,
  readerGone: 141,
  terminated: 143,
} as const;

/** For people, in the order of the numbers. */
export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.done, "done; for plan: there is nothing to do"],
  [exitCodes.error, "an error: in the configuration, or there is no such container; for doctor: a problem was found"],
  [exitCodes.somethingToDo, "plan: there is something to do"],
  [exitCodes.unitsFailed, "some steps or units failed; the others were carried out, or all was rolled back"],
  [exitCodes.badUsage, "bad usage: no such verb or flag"],
  [exitCodes.bug, "a bug of stowage's own"],
  [exitCodes.lockHeld, "another run is changing this machine; --wait waits for it"],
  [exitCodes.needsRoot, "this verb needs root"],
  [exitCodes.interrupted, "ended by SIGINT; 143: by SIGTERM"],
  [exitCodes.readerGone, "nobody reads the output any more"],
];

export const exitCodeHelp: string = [
  ...exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`),
  "   run: the exit code of the command",
].join("\n");
