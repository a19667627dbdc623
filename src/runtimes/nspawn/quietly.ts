/** Commands that clean up what is mostly not there, and say so as an error. */
import type { Exec } from "../../units/index.ts";

/** What it prints becomes messages for debugging, which `LogLevelMax=info` of the unit drops; so does its failure. */
export const quietly = (exec: readonly string[]): Exec => ({
  exec: ["/usr/bin/systemd-cat", "--priority=debug", ...exec],
  ignoreFailure: true,
});

/** For the unit in which such a command stands. */
export const dropsDebug = { LogLevelMax: "info" } as const;
