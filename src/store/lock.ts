/** One switch at a time: the lock of the whole installation, `/run/stowage/lock`. */
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { StowageError } from "../error.ts";
import { lockDescriptor } from "./flock.ts";
import type { Layout } from "./layout.ts";

/** sysexits.h EX_TEMPFAIL: try again later. */
const exitBusy = 75;

export interface SwitchLock {
  /** Frees the lock. Ending the process does it too. */
  release(): void;
}

/**
 * Takes the switch lock, at once or not at all.
 * @param verb what we are about to do, for the one who comes second: `switch`, `rollback`, …
 * @throws StowageError `busy`, exit code 75, naming who holds it
 */
export async function takeSwitchLock(layout: Layout, verb: string): Promise<SwitchLock> {
  mkdirSync(layout.run, { recursive: true, mode: 0o755 });
  const path = `${layout.run}/lock`;
  const fd = openSync(path, "a+", 0o644);
  try {
    if (!(await lockDescriptor(fd))) throw busy(path);
    ftruncateSync(fd);
    writeSync(fd, `${process.pid} ${verb}\n`);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { release: () => closeSync(fd) };
}

function busy(path: string): StowageError {
  const holder = /^(\d+) (\S+)$/m.exec(readFileSync(path, "utf8"));
  const who = holder ? `process ${holder[1]} (${holder[2]})` : "another process";
  return new StowageError(
    {
      code: "busy",
      message: `${who} is changing this machine`,
      details: [`it holds ${path}`],
      hint: "try again when it is done",
    },
    { exitCode: exitBusy },
  );
}
