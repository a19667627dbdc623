/** Who comes second, told without the command's code. The holder is another process: a program of flock(1)'s. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tellBusy } from "../../src/cli/busy.ts";
import type { Io } from "../../src/cli/io.ts";
import { paintFor } from "../../src/cli/report/paint.ts";
import { problemText } from "../../src/cli/report/problems.ts";
import { StowageError } from "../../src/error.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { takeSwitchLock } from "../../src/store/lock.ts";

let place: string;
let layout: Layout;
let holder: ChildProcess;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "stowage-busy-"));
  layout = { ...defaultLayout, run: join(place, "run") };
  mkdirSync(layout.run);
  writeFileSync(join(layout.run, "lock"), "");
  holder = spawn("flock", ["--no-fork", join(layout.run, "lock"), "sh", "-c", "echo held; exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(holder.stdout!, "data");
  writeFileSync(join(layout.run, "lock"), `${holder.pid} switch 1763800000000\n`);
});
afterAll(() => {
  holder.kill("SIGKILL");
  rmSync(place, { recursive: true, force: true });
});

let said = "";
const stderr = { write: (text: string) => (said += text), isTTY: false };
const io = (euid = 0) => ({ stderr, env: {}, geteuid: () => euid }) as unknown as Io;
const tell = (argv: readonly string[], euid?: number): [number | null, string] => {
  said = "";
  return [tellBusy(argv, io(euid), layout), said];
};

/** What the verb itself says. */
async function longWay(verb: string): Promise<string> {
  try {
    await takeSwitchLock(layout, verb);
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    expect(error.exitCode).toBe(75);
    return error.problems.map((problem) => problemText(problem, paintFor(stderr as never, {}, true))).join("");
  }
  throw new Error("it was free");
}

test("the very words and the exit code of the verb itself", async () => {
  for (const verb of ["switch", "boot", "test", "rollback", "gc"]) {
    const words = await longWay(verb);
    expect(words).toContain(`process ${holder.pid} (switch) is changing this machine, since `);
    expect(tell([verb])).toEqual([75, words]);
    expect(tell([verb, "-c", "host.ts"])).toEqual([75, words]);
  }
});

test("whatever else there may be to say, the verb says", () => {
  const words = ["plan", "switch --wait", "switch --json", "switch --help", "switch -c", "swich", "rollback 3", ""];
  for (const argv of words) expect(tell(argv.split(" "))).toEqual([null, ""]);
  expect(tell(["switch"], 1000)).toEqual([null, ""]);
});

test("of a holder who has gone, or has not said its name, nothing", () => {
  for (const text of ["", "\n", "1 switch 1763800000000\n"]) {
    writeFileSync(join(layout.run, "lock"), text);
    expect(tell(["switch"])).toEqual([null, ""]);
  }
  rmSync(join(layout.run, "lock"));
  expect(tell(["switch"])).toEqual([null, ""]);
});
