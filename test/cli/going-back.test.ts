/** --rollback-on-failure: which failures are a reason, and what becomes of it. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nothing } from "../../src/apply/journal.ts";
import type { Containers } from "../../src/apply/machine.ts";
import type { ReportRow } from "../../src/apply/report.ts";
import type { Alone } from "../../src/cli/alone.ts";
import { notReady, wayBack } from "../../src/cli/going-back.ts";
import type { Planned } from "../../src/cli/pipeline.ts";
import { type Session, sessionOf } from "../../src/cli/session.ts";
import { carriedOut } from "../../src/cli/shown.ts";
import type { Generation } from "../../src/compile/generation.ts";
import { StowageError } from "../../src/error.ts";
import type { Systemd } from "../../src/host/systemd.ts";
import type { Action, Plan } from "../../src/plan/index.ts";
import { setCurrentGeneration, writeGeneration } from "../../src/store/generations.ts";
import type { Layout } from "../../src/store/layout.ts";

const row = (action: Action, outcome: ReportRow["outcome"], container?: string): ReportRow => ({
  step: { id: Object.values(action).join(" "), action, because: "", after: [], ...(container && { container }) },
  outcome,
});
const start = (name: string, outcome: ReportRow["outcome"]) =>
  row({ do: "start-unit", unit: `container@${name}.service` }, outcome, name);

test.each<[string, ReportRow[], string[]]>([
  ["one that ran, and fails to start", [start("web", "failed")], ["web"]],
  ["one that ran, and was not started for what failed before", [start("web", "not-run")], ["web"]],
  ["one that is new", [start("new", "failed")], []],
  ["one that is up again", [start("web", "done")], []],
  ["a reload", [row({ do: "reload-unit", unit: "container@web.service" }, "failed", "web")], ["web"]],
  ["a stop, which leaves it as it was", [row({ do: "stop-unit", unit: "container@web.service" }, "failed", "web")], []],
  ["a file", [row({ do: "write-file", path: "/x" }, "failed", "web")], []],
  ["what is no container's", [row({ do: "restart-unit", unit: "stowage-nat.service" }, "failed")], []],
  ["each once, sorted", [start("web", "failed"), start("db", "failed"), start("web", "failed")], ["db", "web"]],
])("%s", (_, rows, names) => {
  expect(notReady({ rows }, ["web", "db"])).toEqual(names);
});

let dir: string;
let layout: Layout;
/** What the start of the container comes to, one time after the other. */
let starts: ("good" | "bad")[];

const systemd = new Proxy({} as Systemd, {
  get: (_, verb: string) => async () => {
    if (verb === "states") return {};
    if (verb === "start" && starts.shift() === "bad") throw new StowageError({ code: "job-failed", message: "no" });
  },
});
const containers = new Proxy({} as Containers, { get: () => () => undefined });

const former: Generation = { ...nothing, id: "a".repeat(32) };
const next: Generation = { ...nothing, id: "b".repeat(32) };
const planOf = (more: Partial<Plan> = {}): Plan =>
  ({
    current: former,
    next,
    steps: [start("web", "done").step],
    kept: [],
    notices: [],
    drift: [],
    blocked: [],
    ...more,
  }) as Plan;
const planned = (more: Partial<Plan> = {}): Planned => ({
  plan: planOf(more),
  machine: { layout, systemd, containers, current: 1, leftBehind: [], hostsFile: `${dir}/hosts` },
  ran: ["web"],
  boot: 1,
});

let said: string[];
let logged: string[];
let interrupted: string[];
const change = (flags: object, way: () => Planned = () => planned({ current: next, next: former })) => {
  const write = (text: string) => void said.push(text);
  const io = { stdout: { write }, stderr: { write }, stdin: {}, env: {}, cwd: () => "/", geteuid: () => 0 };
  const alone: Alone = {
    session: { ...sessionOf(io, { color: false }), layout },
    verb: "switch",
    log: { line: (_, text) => void logged.push(text), end: () => undefined },
    ifInterrupted: (words) => void interrupted.push(words),
  };
  const what = { interrupted: "x", prepare: async () => planned() };
  return carriedOut(alone, flags, what, async () => ({ to: 1, planned: way() }));
};
const back = { rollbackOnFailure: true };

beforeEach(() => {
  dir = mkdtempSync(`${tmpdir()}/stowage-back-`);
  layout = {
    state: `${dir}/state`,
    etc: `${dir}/etc`,
    run: `${dir}/run`,
    units: `${dir}/units`,
    cache: `${dir}/cache`,
  };
  for (const path of [layout.state, layout.units]) mkdirSync(path);
  setCurrentGeneration(layout, writeGeneration(layout, former));
  [said, logged, interrupted, starts] = [[], [], [], []];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("without the flag, and where all went well, nothing goes back", async () => {
  starts = ["bad"];
  const { exitCode, document } = await change({});
  expect([exitCode, "rolledBack" in document]).toEqual([4, false]);
  starts = ["good"];
  const good = await change(back);
  expect([good.exitCode, "rolledBack" in good.document]).toEqual([0, false]);
});

test("it went back: both reports, exit code 4, and what an interruption means by then", async () => {
  starts = ["bad", "good"];
  const { exitCode, document } = await change(back);
  expect(exitCode).toBe(4);
  expect(document).toMatchObject({
    steps: [{ outcome: "failed" }],
    rolledBack: { to: 1, because: ["web"], steps: [{ outcome: "done" }] },
  });
  const going = "web ran before and did not become ready: going back to generation 1";
  const over = "generation 1 is active again, as web did not become ready; done";
  expect(said).toContain(`${going}\n`);
  expect(said.at(-1)).toBe(`${over}\n`);
  expect(logged).toContain(going);
  expect(logged.at(-1)).toBe(`switch: ${over}`);
  const again = "`stowage rollback 1` goes on to generation 1, `stowage switch` to what host.ts says";
  expect(interrupted).toEqual(["x", again]);
});

test("the way back fails, too: how to go on", async () => {
  starts = ["bad", "bad"];
  expect((await change(back)).exitCode).toBe(4);
  expect(said.at(-1)).toContain("1 of 1 steps were not done; `stowage rollback 1` goes on to generation 1");
});

test.each<[string, () => Planned]>([
  ["blocked", () => planned({ blocked: [{ code: "foreign-file", message: "in the way" }] })],
  [
    "impossible",
    () => {
      throw new StowageError({ code: "foreign-file", message: "in the way" });
    },
  ],
])("there is no way back: %s", async (_, way) => {
  starts = ["bad"];
  const { exitCode, document } = await change(back, way);
  expect(exitCode).toBe(4);
  expect(document).toMatchObject({ rolledBack: { to: null, because: ["web"], problems: [{ code: "foreign-file" }] } });
  expect(said.slice(-2)).toEqual([
    "error[foreign-file]: in the way\n",
    "web ran before and did not become ready, and could not be rolled back\n",
  ]);
});

test("nothing to go back to is said so", async () => {
  const session = { layout } as Session;
  const none = () => undefined;
  const first = { ...planned({ current: null }), machine: { ...planned().machine, current: null } };
  await expect(wayBack(session, first, none)).rejects.toThrow("there is no generation before this one");
  await expect(wayBack(session, planned({ next: former }), none)).rejects.toThrow(
    "generation 1 itself was active before",
  );
});
