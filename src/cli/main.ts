#!/usr/bin/env node
/** The command. This file imports next to nothing: its start is what every use of the command waits for. */
import { writeSync } from "node:fs";
import { version } from "./version.ts";

// What is made has the modes that are asked for, and the same bytes whoever builds it: not root's umask of the day.
process.umask(0o022);

const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === "--version") {
  writeSync(1, `${version}\n`);
} else {
  let isAnswered = false;
  process.once("exit", (code) => {
    if (isAnswered || code !== 0) return;
    writeSync(2, "error[host-error]: the process ended before there was an answer: does the configuration end it?\n");
    process.exitCode = 1;
  });
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // A verb that listens too goes on without its reader. Else as SIGPIPE ends a program: without a word.
      if (stream.listenerCount("error") > 1) return;
      if (error.code !== "EPIPE") throw error;
      process.exit(141);
    });
  }
  // No top-level await: this file is also built as a CommonJS module, which starts faster.
  import("./app.ts")
    .then(({ main }) => main(argv, process))
    .then((code) => {
      // Set, not process.exit: what was written to a pipe would be lost.
      process.exitCode = code;
      isAnswered = true;
    })
    .catch((error: unknown) => {
      // Errors of verbs are told where they run: this is an installation that is not whole.
      writeSync(2, `${error instanceof Error ? error.stack : error}\n`);
      process.exitCode = 70;
    });
}
