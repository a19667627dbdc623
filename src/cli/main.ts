#!/usr/bin/env node
/** The command. This file imports next to nothing: its start is what every use of the command waits for. */
import { writeSync } from "node:fs";
import { version } from "./version.ts";

const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === "--version") {
  writeSync(1, `${version}\n`);
} else {
  const { main } = await import("./app.ts");
  // Set, not process.exit: what was written to a pipe would be lost.
  process.exitCode = await main(argv, process);
}
