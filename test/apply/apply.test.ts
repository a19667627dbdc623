import { expect, test } from "vitest";
import { apply } from "../../src/apply/apply.ts";
import type { Effects } from "../../src/apply/effects.ts";
import type { Progress } from "../../src/apply/report.ts";
import type { Generation } from "../../src/compile/generation.ts";
import { StowageError } from "../../src/error.ts";
import type { Action, Plan, Step } from "../../src/plan/plan.ts";

const next: Generation = {
  format: 1,
  id: "0".repeat(32),
  units: {},
  unitLinks: {},
  files: {},
  hosts: [],
  ports: [],
  containers: {},
  systems: {},
};

const planOf = (steps: readonly Step[]): Plan => ({ current: null, next, steps, kept: [], notices: [], blocked: [] });
const idOf = (action: Action) => Object.values(action).join(" ");
const step = (action: Action, after: readonly string[] = []): Step => ({
  id: idOf(action),
  action,
  because: "a test",
  after,
});
const start = (unit: string, after: readonly string[] = []) => step({ do: "start-unit", unit }, after);
const write = (unit: string, after: readonly string[] = []) => step({ do: "write-unit", unit }, after);
const record = step({ do: "record-generation" });

/** Effects that note what they are asked for. A call named in `fail` fails, one in `slow` takes a while. */
function fake(
  options: {
    readonly fail?: Record<string, Error>;
    readonly slow?: readonly string[];
    readonly byDependency?: boolean;
  } = {},
) {
  const calls: string[] = [];
  const state = { running: 0, most: 0 };
  const effects = new Proxy({} as Effects, {
    get: (_, verb: string) =>
      verb === "then"
        ? undefined
        : async (...args: unknown[]) => {
            const call = [verb, ...args.filter((arg) => verb !== "explain" || typeof arg === "string")].join(" ");
            calls.push(call);
            if (verb === "explain") {
              const isItself = !options.byDependency;
              return { text: `${args[0]} failed (exit-code), exit status 1`, log: ["boom"], isItself };
            }
            state.running += 1;
            state.most = Math.max(state.most, state.running);
            await new Promise((done) => setTimeout(done, options.slow?.includes(call) ? 30 : 1));
            state.running -= 1;
            const error = options.fail?.[call];
            if (error) throw error;
          },
  });
  return { effects, calls, state };
}

const outcomes = (report: Awaited<ReturnType<typeof apply>>) =>
  Object.fromEntries(report.rows.map((row) => [row.step.id, row.outcome]));
const jobFailed = new StowageError({ code: "job-failed", message: "systemctl's words" });

test("each action is one verb, with its arguments", async () => {
  const actions: Action[] = [
    { do: "stop-unit", unit: "u" },
    { do: "remove-unit", unit: "u" },
    { do: "write-unit", unit: "u" },
    { do: "remove-unit-link", link: "l" },
    { do: "write-unit-link", link: "l", target: "t" },
    { do: "remove-file", path: "p" },
    { do: "write-file", path: "p" },
    { do: "write-hosts" },
    { do: "seed-root", container: "c" },
    { do: "prepare", container: "c", order: { from: "x", refuse: null, units: [], etc: [] }, stop: true },
    { do: "declare", container: "c" },
    { do: "record-generation" },
    { do: "daemon-reload" },
    { do: "reload-unit", unit: "u" },
    { do: "restart-unit", unit: "u" },
    { do: "start-unit", unit: "u" },
  ];
  const chain = actions.map((action, index) => step(action, index === 0 ? [] : [idOf(actions[index - 1]!)]));
  const { effects, calls } = fake();
  const report = await apply(planOf(chain), effects);
  expect(calls).toEqual([
    "begin",
    "stopUnit u",
    "removeUnit u",
    "writeUnit u",
    "removeUnitLink l",
    "writeUnitLink l t",
    "removeFile p",
    "writeFile p",
    "writeHosts",
    "seedRoot c",
    "prepare c [object Object] true",
    "declare c",
    "recordGeneration",
    "daemonReload",
    "reloadUnit u",
    "restartUnit u",
    "startUnit u",
    "end ",
  ]);
  expect(report.rows.every((row) => row.outcome === "done")).toBe(true);
});

test("steps without an order run at once; a step waits for all it comes after", async () => {
  const plan = planOf([start("a"), start("b"), start("c", ["start-unit a", "start-unit b"])]);
  const { effects, calls, state } = fake({ slow: ["startUnit a"] });
  await apply(plan, effects);
  expect(calls).toEqual(["begin", "startUnit a", "startUnit b", "startUnit c", "end "]);
  expect(state.most).toBe(2);
});

test("a failed step: what needs it is not run, however far away, everything else goes on", async () => {
  const plan = planOf([
    write("a"),
    write("b"),
    start("a", ["write-unit a"]),
    start("after-a", ["start-unit a", "write-unit b"]),
    start("b", ["write-unit b"]),
  ]);
  const { effects, calls } = fake({ fail: { "writeUnit a": new Error("ENOSPC: no space left on device") } });
  const report = await apply(plan, effects);
  expect(outcomes(report)).toEqual({
    "write-unit a": "failed",
    "write-unit b": "done",
    "start-unit a": "not-run",
    "start-unit after-a": "not-run",
    "start-unit b": "done",
  });
  expect(calls).not.toContain("startUnit a");
  expect(report.rows[0]).toMatchObject({ error: "Error: ENOSPC: no space left on device" });
});

test("a failed unit is explained: state, exit status, last log lines", async () => {
  const { effects, calls } = fake({ fail: { "startUnit a": jobFailed } });
  const report = await apply(planOf([start("a")]), effects);
  expect(report.rows[0]).toMatchObject({
    outcome: "failed",
    error: "a failed (exit-code), exit status 1",
    log: ["boom"],
  });
  expect(calls).toContain("explain a");
});

test("a failed step that is no job tells its own cause and details", async () => {
  const error = new StowageError({ code: "x", message: "in the way", details: ["more"] });
  const { effects, calls } = fake({ fail: { "writeUnit a": error } });
  const report = await apply(planOf([write("a")]), effects);
  expect(report.rows[0]).toMatchObject({ error: "in the way", log: ["more"] });
  expect(calls.some((call) => call.startsWith("explain"))).toBe(false);
});

const stop = step({ do: "stop-unit", unit: "a" });
const declare = step({ do: "declare", container: "c" });
const order = { from: "x", refuse: null, units: [], etc: [] };
const prepare = step({ do: "prepare", container: "c", order, stop: true });
const reload = (unit: string, after: readonly string[] = []) => step({ do: "reload-unit", unit }, after);

test.each([
  ["all is done", [record, start("a")], "", ""],
  ["a unit is failed: that can be seen", [record, start("a")], "startUnit a", ""],
  [
    "what is declared was not: that can be seen too, but not that its start is to do",
    [declare, start("a", [declare.id])],
    "declare c",
    "a",
  ],
  [
    "a container did not take over: its order is there",
    [prepare, declare, reload("container@c.service", [declare.id])],
    "declare c",
    "",
  ],
  ["it is not even told to: what it runs with is seen", [prepare, declare], "prepare c [object Object] true", ""],
  ["a stop fails: its unit's files stay", [record, stop], "stopUnit a", "files"],
  ["a file is not removed", [record, step({ do: "remove-file", path: "p" })], "removeFile p", "files"],
  ["the generation does not become current", [record], "recordGeneration", "files"],
  ["the daemon is not reloaded", [step({ do: "daemon-reload" })], "daemonReload", "files"],
])("the journal keeps exactly what cannot be seen: %s", async (_, steps, fails, unfinished) => {
  const { effects, calls } = fake({ fail: fails === "" ? {} : { [fails]: jobFailed } });
  await apply(planOf(steps), effects);
  expect(calls.at(-1)).toBe(`end ${unfinished}`);
});

test("that a container did not take over is told by what failed inside", async () => {
  const fail = { "reloadUnit container@c.service": jobFailed, "reloadUnit other.service": jobFailed };
  const { effects, calls } = fake({ fail, byDependency: true });
  const report = await apply(planOf([reload("container@c.service"), reload("other.service")]), effects);
  expect(report.rows[0]).toMatchObject({ outcome: "failed", log: ["boom"] });
  // Of the other one nothing on disk says that it is to do.
  expect(calls.at(-1)).toBe("end other.service");
});

test("a unit that could not start because of another one's failure is still to be started", async () => {
  const { effects, calls } = fake({ fail: { "startUnit a": jobFailed, "startUnit b": jobFailed }, byDependency: true });
  await apply(planOf([start("a"), start("b"), start("c", ["start-unit b"])]), effects);
  expect(calls.at(-1)).toBe("end a,b,c");
});

test("nothing is touched when the journal cannot be written", async () => {
  const { effects, calls } = fake({ fail: { begin: jobFailed } });
  await expect(apply(planOf([start("a")]), effects)).rejects.toBe(jobFailed);
  expect(calls).toEqual(["begin"]);
});

test("a plan whose order makes no sense is refused before anything is touched", async () => {
  const { effects, calls } = fake();
  await expect(apply(planOf([start("a", ["nowhere"])]), effects)).rejects.toThrow("no earlier step");
  await expect(apply(planOf([start("a"), start("a")]), effects)).rejects.toThrow("two steps");
  expect(calls).toEqual([]);
});

test("progress is told for every step that runs, as it runs", async () => {
  const events: string[] = [];
  const onProgress = (event: Progress) =>
    void events.push(event.kind === "step-ended" ? `ended ${event.row.step.id}` : `${event.kind}`);
  const plan = planOf([write("a"), start("a", ["write-unit a"]), start("b", ["start-unit a"])]);
  const { effects } = fake({ fail: { "startUnit a": jobFailed } });
  await apply(plan, effects, onProgress);
  expect(events).toEqual(["step-started", "ended write-unit a", "step-started", "ended start-unit a"]);
});

test("a thousand containers: the order is kept, and it does not take long", async () => {
  const steps = Array.from({ length: 1000 }, (_, n) => [write(`${n}`), start(`${n}`, [`write-unit ${n}`])]).flat();
  const { effects, state } = fake();
  const before = Date.now();
  const report = await apply(planOf(steps), effects);
  expect(report.rows.every((row) => row.outcome === "done")).toBe(true);
  expect(state.most).toBe(64);
  expect(Date.now() - before).toBeLessThan(2000);
});
