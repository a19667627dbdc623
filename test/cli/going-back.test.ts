/** --rollback-on-failure: which failures are a reason, and what becomes of it. */
import { beforeEach, expect, test, vi } from "vitest";
import { nothing } from "../../src/apply/journal.ts";
import type { Report, ReportRow } from "../../src/apply/report.ts";
import type { Alone } from "../../src/cli/alone.ts";
import { notReady } from "../../src/cli/going-back.ts";
import type { Planned } from "../../src/cli/pipeline.ts";
import { sessionOf } from "../../src/cli/session.ts";
import { carriedOut } from "../../src/cli/shown.ts";
import { StowageError } from "../../src/error.ts";
import type { Action, Plan, Step } from "../../src/plan/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";

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

const reports: Report[] = [];
const ways: (() => Planned)[] = [];
vi.mock("../../src/cli/begun.ts", () => ({ begin: async () => undefined }));
vi.mock("../../src/cli/pipeline.ts", () => ({
  carryOut: async () => reports.shift(),
  planFor: async () => ways.shift()?.(),
  rebuild: async () => [],
}));
vi.mock("../../src/apply/current.ts", () => ({ readActive: () => ({ number: 3 }) }));
vi.mock("../../src/apply/next-boot.ts", () => ({ isDivided: () => false }));

const step: Step = start("web", "done").step;
const planOf = (more: Partial<Plan> = {}): Plan => {
  const current = { ...nothing, id: "a".repeat(32) };
  return { current, next: nothing, steps: [step], kept: [], notices: [], drift: [], blocked: [], ...more } as Plan;
};
const planned = (plan: Plan = planOf()): Planned =>
  ({ plan, machine: { current: 3, layout: defaultLayout }, ran: ["web"], boot: 3 }) as unknown as Planned;

let said: string[];
let interrupted: string[];
const change = (flags: object = { rollbackOnFailure: true }) => {
  const write = (text: string) => void said.push(text);
  const io = { stdout: { write }, stderr: { write }, stdin: {}, env: {}, cwd: () => "/", geteuid: () => 0 };
  const alone: Alone = {
    session: sessionOf(io, { color: false }),
    verb: "switch",
    log: null,
    ifInterrupted: (words) => void interrupted.push(words),
  };
  return carriedOut(alone, flags, { interrupted: "x", prepare: async () => planned() });
};
const failing: Report = { rows: [start("web", "failed")] };

beforeEach(() => {
  said = [];
  interrupted = [];
  reports.length = 0;
  ways.length = 0;
});

test("without the flag nothing goes back", async () => {
  reports.push(failing);
  const { exitCode, document } = await change({});
  expect([exitCode, "rolledBack" in document]).toEqual([4, false]);
});

test("it went back: both reports, exit code 4, and what an interruption means by then", async () => {
  reports.push(failing, { rows: [start("web", "done")] });
  ways.push(() => planned());
  const { exitCode, document } = await change();
  expect(exitCode).toBe(4);
  expect(document).toMatchObject({
    steps: [{ outcome: "failed" }],
    rolledBack: { to: 3, because: ["web"], steps: [{ outcome: "done" }] },
  });
  expect(said.join("")).toContain("web ran before and did not become ready: going back to generation 3\n");
  expect(said.at(-1)).toBe("generation 3 is active again, as web did not become ready; done\n");
  expect(interrupted).toEqual([
    "x",
    "`stowage rollback 3` goes on to generation 3, `stowage switch` to what host.ts says",
  ]);
});

test("the way back fails, too: how to go on", async () => {
  reports.push(failing, failing);
  ways.push(() => planned());
  expect((await change()).exitCode).toBe(4);
  expect(said.at(-1)).toContain("1 of 1 steps were not done; `stowage rollback 3` goes on to generation 3");
});

test.each<[string, () => Planned]>([
  ["blocked", () => planned(planOf({ blocked: [{ code: "foreign-file", message: "in the way" }] }))],
  [
    "impossible",
    () => {
      throw new StowageError({ code: "foreign-file", message: "in the way" });
    },
  ],
])("there is no way back: %s", async (_, way) => {
  reports.push(failing);
  ways.push(way);
  const { exitCode, document } = await change();
  expect(exitCode).toBe(4);
  expect(document).toMatchObject({ rolledBack: { to: null, because: ["web"], problems: [{ code: "foreign-file" }] } });
  expect(said.slice(-2)).toEqual([
    "error[foreign-file]: in the way\n",
    "web ran before and did not become ready, and could not be rolled back\n",
  ]);
});
