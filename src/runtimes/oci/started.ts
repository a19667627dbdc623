/** Waiting until an engine's command, which is the service's main process, has made its container run. */

/**
 * For ExecStartPost=, whose environment has MAINPID (systemd.exec(5)). A main process that has ended is systemd's to
 * judge: a container that has run to its end has started.
 * @param command makes a command of the engine's
 */
export const waitUntilStarted = (command: (...words: readonly string[]) => string[], name: string): string[] => [
  "/bin/sh",
  "-c",
  program,
  "wait-until-started",
  ...command("container", "inspect", "--format={{.State.Running}}", "--", name),
];

/** Constant text; what it runs are its arguments. */
const program = 'while kill -0 "$MAINPID" 2>/dev/null; do test "$("$@" 2>/dev/null)" = true && break; sleep 0.1; done';
