/** A verb that has the machine to itself: a scope, a log, and a true word when it is interrupted. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Alone, whileHeld } from "../../src/cli/alone.ts";
import { begin } from "../../src/cli/begun.ts";
import { type Session, sessionOf } from "../../src/cli/session.ts";
import { StowageError } from "../../src/error.ts";
import type { SystemLog } from "../../src/host/system-log.ts";
import type { SwitchLock } from "../../src/store/lock.ts";
import { parseEvents } from "./events-page.ts";

const logged: string[] = [];
const log: SystemLog = {
  line: (priority, text) => void logged.push(`${priority} ${text}`),
  end: () => void logged.push("end"),
};
const lock: SwitchLock = { done: () => undefined, release: () => undefined };
const held = (one: Session, verb: string, work: (alone: Alone) => Promise<void>) =>
  whileHeld(
    one,
    verb,
    async () => lock,
    async (alone) => {
      await work(alone);
      return 0;
    },
  );

const before = {
  hup: process.listeners("SIGHUP"),
  int: process.listeners("SIGINT"),
  term: process.listeners("SIGTERM"),
};
let out: string[];
let err: string[];
const session = (flags: object = {}): Session =>
  sessionOf(
    {
      stdout: { write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
      stdin: {},
      env: {},
      cwd: () => "/",
      geteuid: () => 0,
    },
    { color: false, ...flags },
  );
const alone = (flags: object = {}): Alone => ({
  session: session(flags),
  verb: "switch",
  log: null,
  ifInterrupted: () => undefined,
});
const refusing = {
  ownScope: () => Promise.reject(new StowageError({ code: "no-scope", message: "no scope", details: ["no bus"] })),
};

beforeEach(() => {
  logged.length = 0;
  out = [];
  err = [];
});
afterEach(() => {
  for (const one of process.listeners("SIGHUP")) if (!before.hup.includes(one)) process.off("SIGHUP", one);
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners("error");
  vi.restoreAllMocks();
});

test("it begins once: the scope is named by verb and process, then the log, then the event", async () => {
  const scopes: string[] = [];
  const one = alone({ events: true });
  const systemd = { ownScope: async (...names: string[]) => void scopes.push(names.join("|")) };
  await begin(one, "3 steps", systemd, () => log);
  await begin(one, "again", systemd, () => log);
  const scope = `stowage-switch-${process.pid}.scope`;
  expect(scopes).toEqual([`${scope}|stowage switch`]);
  expect(logged).toEqual(["info switch begins: 3 steps"]);
  expect(parseEvents(out.join(""))).toMatchObject([{ event: "begun", verb: "switch", scope }]);
  expect(process.listenerCount("SIGHUP")).toBe(before.hup.length + 1);
});

test("systemd refuses: it goes on, with a warning only where more is to be said", async () => {
  await begin(alone(), "3 steps", refusing, () => log);
  expect(err).toEqual([]);
  const one = alone({ verbose: true, events: true });
  await begin(one, "3 steps", refusing, () => log);
  expect(err.join("")).toBe("warning: the end of this login would end this switch, too: no scope: no bus\n");
  expect(parseEvents(out.join(""))).toMatchObject([{ event: "begun", scope: null }]);
  expect(one.log).not.toBeNull();
});

test("what ends it is in the log, too", async () => {
  const work = held(session(), "switch", async (one) => {
    await begin(one, "3 steps", { ownScope: async () => undefined }, () => log);
    throw new StowageError({ code: "disk-full", message: "no space is left" });
  });
  await expect(work).rejects.toThrow("no space is left");
  expect(logged.slice(1)).toEqual(["error switch: no space is left", "end"]);
});

test("a bug is not taken for a refusal", async () => {
  await expect(begin(alone(), "", { ownScope: () => Promise.reject(new TypeError("x")) }, () => log)).rejects.toThrow(
    TypeError,
  );
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s: what is said is what is true by then, to people, programs and the log", async (signal, code) => {
  const exit = vi.spyOn(process, "exit").mockImplementation((() => undefined) as never);
  await held(session({ events: true }), "rollback", async (one) => {
    process.emit(signal, signal);
    await begin(one, "3 steps", { ownScope: async () => undefined }, () => log);
    one.ifInterrupted("go on with `stowage rollback 3`");
    process.emit(signal, signal);
  });
  expect(exit.mock.calls).toEqual([[code], [code]]);
  expect(err).toEqual([
    "\ninterrupted: nothing on this machine was changed\n",
    "\ninterrupted: go on with `stowage rollback 3`\n",
  ]);
  expect(parseEvents(out.join("")).filter(({ event }) => event === "interrupted")).toMatchObject([
    { signal, text: "nothing on this machine was changed" },
    { signal, text: "go on with `stowage rollback 3`" },
  ]);
  expect(logged.slice(1)).toEqual([
    `warning rollback: interrupted by ${signal}: go on with \`stowage rollback 3\``,
    "end",
  ]);
  expect(process.listenerCount(signal)).toBe(signal === "SIGINT" ? before.int.length : before.term.length);
});

test("the lock is told of an end that was one, and freed in any case", async () => {
  const said: string[] = [];
  const lock: SwitchLock = { done: () => void said.push("done"), release: () => void said.push("free") };
  await whileHeld(
    session(),
    "switch",
    async () => lock,
    async () => {
      said.push("work");
      return 0;
    },
  );
  expect(said.splice(0)).toEqual(["work", "done", "free"]);
  const failing = whileHeld(
    session(),
    "switch",
    async () => lock,
    () => Promise.reject(new Error("no")),
  );
  await expect(failing).rejects.toThrow("no");
  expect(said).toEqual(["free"]);
});

test("only what came to its end leaves nothing to look for: not a run with steps that failed, nor an error", async () => {
  const ends: string[] = [];
  const noting: SwitchLock = { done: () => void ends.push("done"), release: () => void ends.push("released") };
  const run = (work: () => Promise<number>) => whileHeld(session(), "switch", async () => noting, work);
  await run(async () => 0);
  await run(async () => 4);
  await run(() => Promise.reject(new Error("no"))).catch(() => undefined);
  // @ts-expect-error of anything but an exit code it would not be known
  const given: Parameters<typeof run>[0] = async () => ({ exitCode: 4 });
  expect(given).toBeTypeOf("function");
  expect(ends).toEqual(["done", "released", "released", "released"]);
});
