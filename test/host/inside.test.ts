import { expect, test } from "vitest";
import { insideCommand } from "../../src/host/inside.ts";
import { endingOf } from "../../src/host/inside-end.ts";
import { interruptible, stopUntil } from "../../src/host/interruptible.ts";
import { attach } from "../../src/host/run.ts";

const entry = (fields: Record<string, unknown>) => JSON.stringify({ MESSAGE_ID: "x", ...fields });
const spawnFailed = { MESSAGE_ID: "641257651c1b4ec9a8624d7a40a9e1e7", MESSAGE: "u: Failed at step CHDIR" };
const ended = { MESSAGE_ID: "98e322203f7a4ed290d09fe03c09fe15" };

test("a step of systemd's that failed is told in its words", () => {
  const journal = [entry(spawnFailed), entry({ ...ended, EXIT_CODE: "exited", EXIT_STATUS: "200" })].join("\n");
  expect(endingOf(journal, 200)).toEqual({ status: 200, failedStep: "u: Failed at step CHDIR" });
});

test("a command that ends with such a status itself is not", () => {
  const journal = entry({ ...ended, EXIT_CODE: "exited", EXIT_STATUS: "203" });
  expect(endingOf(journal, 203)).toEqual({ status: 203, failedStep: null });
});

test("a signal is 128 + its number, also with a core", () => {
  for (const [code, status] of [
    ["killed", "9"],
    ["dumped", "11"],
  ])
    expect(endingOf(entry({ ...ended, EXIT_CODE: code, EXIT_STATUS: status }), 255)).toEqual({
      status: 128 + Number(status),
      failedStep: null,
    });
});

test("one whose end nobody saw is known by its status, also of one that failed", () => {
  const journal = entry({ ...ended, EXIT_CODE: "exited", EXIT_STATUS: "9" });
  expect(endingOf(journal, 0)).toEqual({ status: 9, failedStep: null });
});

test("a signal is no success: by the type of the unit, or what comes after it", () => {
  const type = (options: object) =>
    insideCommand("web", "u.service", ["true"], { terminal: false, ...options }).find((one) => one.includes("-type="));
  expect(type({ asJob: true })).toBe("--service-type=oneshot");
  expect(type({})).toBe("--service-type=exec");
  const terminal = insideCommand("web", "u.service", ["true"], { terminal: true });
  expect(terminal).toContain("--service-type=exec");
  expect(terminal.find((one) => one.includes("ExecStopPost"))).toContain("$${EXIT_CODE} = exited");
});

test("a directory is passed on as a path", () => {
  const argv = (cwd: string) => insideCommand("web", "u.service", ["true"], { terminal: false, cwd });
  expect(argv("/a b")).toContain("--working-directory=/a b");
});

test("a signal to us stops what goes on, is told, and is then the process's own matter again", async () => {
  const before = process.listenerCount("SIGHUP");
  let stopped = 0;
  const done = { signal: null };
  const work = () => new Promise<typeof done>((resolve) => setTimeout(() => resolve(done), 50));
  const going = interruptible(async () => void stopped++, work);
  process.emit("SIGHUP", "SIGHUP");
  expect(await going).toEqual({ result: done, interrupted: "SIGHUP" });
  expect(stopped).toBeGreaterThan(0);
  expect(process.listenerCount("SIGHUP")).toBe(before);
  expect(await interruptible(async () => void stopped++, work)).toEqual({ result: done, interrupted: null });
});

test("a signal that ended the program stops what goes on, though nobody has told us of one", async () => {
  let stopped = 0;
  const stop = async () => void stopped++;
  const { interrupted } = await interruptible(stop, () => attach(["sh", "-c", "kill -INT $$"]));
  expect([interrupted, stopped]).toEqual(["SIGINT", 1]);
  expect(await interruptible(stop, () => attach(["sh", "-c", "exit 130"]))).toMatchObject({ interrupted: null });
  expect(stopped).toBe(1);
});

test("a program that we end ourselves is not interrupted by that", async () => {
  const asked = new AbortController();
  setTimeout(() => asked.abort(), 50);
  expect(await attach(["sleep", "60"], { signal: asked.signal })).toEqual({ status: 143, signal: null });
});

test.each(["", "not JSON", "null", entry({ EXIT_CODE: "killed", EXIT_STATUS: "1e9" })])(
  "nothing to learn from %j: the status as it is",
  (journal) => expect(endingOf(journal, 255)).toEqual({ status: 255, failedStep: null }),
);

test("on a terminal: through both replacements of variables an argument arrives as it was", () => {
  const argv = insideCommand("web", "u.service", ["printf", "$HOME"], { terminal: true });
  expect(argv.slice(0, 2)).toEqual(["machinectl", "--quiet"]);
  expect(argv).toContain("--pty");
  expect(argv.slice(-2)).toEqual(["printf", "$$$$HOME"]);
});

test("what is interrupted before it is there is stopped once it is; and once more when nobody waits any more", async () => {
  let [tries, isThere, isOver] = [0, false, false];
  const stopped: number[] = [];
  const stop = async () => {
    tries++;
    if (tries === 2) throw new Error("no answer");
    if (tries === 3) isThere = true;
    if (!isThere) return;
    stopped.push(tries);
    isOver = true;
  };
  await stopUntil(() => isOver, stop, 1);
  expect(stopped).toEqual([3, 4]);
});
