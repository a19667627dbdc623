/** Who holds the switch lock, and waiting for it. The holder is another process: a program of flock(1)'s. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { StowageError } from "../../src/error.ts";
import { type Holder, parseHolder } from "../../src/store/holder.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { takeSwitchLock } from "../../src/store/lock.ts";

let place: string;
let layout: Layout;
let holder: ChildProcess;
const file = () => join(layout.run, "lock");

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), "stowage-lock-"));
  layout = { ...defaultLayout, state: join(place, "state"), run: join(place, "run") };
  mkdirSync(layout.run);
  writeFileSync(file(), "");
  holder = spawn("flock", ["--no-fork", file(), "sh", "-c", "echo held; exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(holder.stdout!, "data");
});
afterEach(() => {
  holder.kill("SIGKILL");
  rmSync(place, { recursive: true, force: true });
});

const saying = (pid: number | undefined, verb = "rollback") => writeFileSync(file(), `${pid} ${verb} 1763800000000\n`);
const message = async (): Promise<string> => {
  try {
    await takeSwitchLock(layout, "switch");
  } catch (error) {
    return (error as StowageError).message;
  }
  throw new Error("it was free");
};

test("what the text says counts only of a process that has the file open", async () => {
  saying(holder.pid);
  expect(await message()).toMatch(
    new RegExp(`^process ${holder.pid} \\(rollback\\) is changing this machine, since 2025-11-2`),
  );
  // An earlier holder that lives on, and one that has ended.
  saying(1);
  expect(await message()).toBe("another process is changing this machine");
  saying(2 ** 22 - 1);
  expect(await message()).toBe("another process is changing this machine");
});

test("waiting is advised where there is a flag for it", async () => {
  saying(holder.pid);
  const hintOf = (verb: string) =>
    takeSwitchLock(layout, verb).then(
      () => "free",
      (error: StowageError) => error.problems[0]?.hint,
    );
  expect(await hintOf("gc")).toBe("try again when it is done, or wait for it: stowage gc --wait");
  expect(await hintOf("at-boot")).toBe("try again when it is done");
});

test("who has just taken it is given a moment to say so", async () => {
  saying(1);
  const told = message();
  await sleep(100);
  saying(holder.pid, "gc");
  expect(await told).toContain(`process ${holder.pid} (gc)`);
});

test("a damaged text is nobody's", () => {
  expect(parseHolder("12 switch 5\n")).toEqual({ pid: 12, verb: "switch", since: 5 });
  for (const text of ["", "\n", "12 switch\n", "12 switch 5", "x switch 5\n", "12 switch 5\n12 switch 5\n"])
    expect(parseHolder(text)).toBeNull();
});

test("waiting: told for whom, once, and again when that is another; taken when it is free", async () => {
  saying(holder.pid);
  const told: (Holder | null)[] = [];
  const taken = takeSwitchLock(layout, "switch", { onWait: (one) => void told.push(one) });
  await sleep(300);
  expect(told.map((one) => one?.verb)).toEqual(["rollback"]);
  saying(1);
  await expect.poll(() => told.length, { timeout: 20_000 }).toBe(2);
  expect(told[1]).toBeNull();
  holder.kill("SIGKILL");
  const lock = await taken;
  lock.release();
});

test("waiting while it is removed, as by uninstall: the file that is there then is what counts", async () => {
  saying(holder.pid);
  let isWaiting = false;
  const taken = takeSwitchLock(layout, "switch", {
    onWait: () => {
      isWaiting = true;
    },
  });
  await expect.poll(() => isWaiting).toBe(true);
  rmSync(layout.run, { recursive: true });
  holder.kill("SIGKILL");
  const lock = await taken;
  expect(await message()).toContain(`process ${process.pid} (switch)`);
  lock.release();
});
