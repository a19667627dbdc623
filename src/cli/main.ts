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
  // No top-level await: this file is also built as a CommonJS module, which starts faster.
  import("./app.ts")
    .then(({ main }) => main(argv, process))
    .then((code) => {
      // Set, not process.exit: what was written to a pipe would be lost.
      process.exitCode = code;
    })
    .catch((error: unknown) => {
      // Errors of verbs are told where they run: this is an installation that is not whole.
      writeSync(2, `${error instanceof Error ? error.stack : error}\n`);
      process.exitCode = 70;
    });
}
