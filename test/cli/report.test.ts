import { expect, test } from "vitest";
import type { Progress, Report } from "../../src/apply/report.ts";
import { columns } from "../../src/cli/report/columns.ts";
import { paintFor, printable } from "../../src/cli/report/paint.ts";
import { problemText } from "../../src/cli/report/problems.ts";
import { progressOf } from "../../src/cli/report/progress.ts";
import { reportJson, reportText, wentWell } from "../../src/cli/report/switched.ts";
import { openToText, spanText } from "../../src/cli/report/words.ts";
import { type SharedFlags, sessionOf } from "../../src/cli/session.ts";
import type { Action, Step } from "../../src/plan/index.ts";

const plain = paintFor({ write: () => undefined }, {}, true);

const step = (action: Action): Step => ({
  id: Object.values(action).join(" "),
  action,
  because: "",
  after: [],
});
const start = step({ do: "start-unit", unit: "container@web.service" });
const write = step({ do: "write-file", path: "/etc/stowage/x" });
const record = step({ do: "record-generation" });

function told(events: readonly Progress[], flags: Partial<SharedFlags> = {}) {
  const text: string[] = [];
  const out = { write: (piece: string) => text.push(piece), isTTY: false };
  const io = { stdout: out, stderr: out, stdin: {}, env: { NO_COLOR: "1" }, cwd: () => "/", geteuid: () => 0 };
  const progress = progressOf(sessionOf(io, { color: true, ...flags }));
  for (const event of events) progress.on(event);
  progress.end();
  return text.join("");
}

test("in a file: whole lines, for what a person waits for and for what fails", () => {
  const events: Progress[] = [
    { kind: "work", id: "f", text: "fetching 3 packages", done: 0, total: 3 },
    { kind: "work", id: "f", text: "fetching 3 packages", done: 2, total: 3 },
    { kind: "work-ended", id: "f", text: "fetched 3 packages" },
    { kind: "work-ended", id: "f", text: "fetched 3 packages" },
    { kind: "step-started", step: write },
    { kind: "step-ended", row: { step: write, outcome: "done", took: 1 } },
    { kind: "step-ended", row: { step: start, outcome: "done", took: 340 } },
    { kind: "step-ended", row: { step: write, outcome: "failed", error: "no space", took: 1 } },
  ];
  expect(told(events)).toBe(
    "fetching 3 packages\nfetched 3 packages\nstarted container@web.service (0.34 s)\nfailed: write file /etc/stowage/x: no space (0.00 s)\n",
  );
  expect(told(events, { verbose: true })).toContain("wrote /etc/stowage/x (0.00 s)\n");
  expect(told(events, { quiet: true })).toBe("");
});

test("what became of a switch: what failed with its last words, what was not run and why", () => {
  const report: Report = {
    rows: [
      { step: write, outcome: "done" },
      { step: start, outcome: "failed", error: "container@web.service failed: exit status 1", log: ["\u001b[2Jboom"] },
      { step: record, outcome: "not-run" },
    ],
  };
  expect(reportText(report, plain)).toBe(
    "failed: start container@web.service\n  container@web.service failed: exit status 1\n  | ^[[2Jboom\nnot run, as they need the failed step:\n  record generation\n",
  );
  expect(wentWell(report)).toBe(false);
  expect(reportJson(report)[1]).toEqual({
    step: "start-unit container@web.service",
    outcome: "failed",
    error: "container@web.service failed: exit status 1",
    log: ["\u001b[2Jboom"],
  });
  expect(reportText({ rows: [{ step: write, outcome: "done" }] }, plain)).toBe("");
});

test("text from elsewhere cannot move the cursor or hide what is on the screen", () => {
  expect(printable("a\u001b[2K\rb\u0007\u009b1m\tc\nd")).toBe("a^[[2K^Mb^G\\x9b1m\tc\nd");
});

test("a problem: colours only on a terminal that wants them", () => {
  const problem = { code: "x", message: "wrong", hint: "mend it" };
  expect(problemText(problem, plain)).toBe("error[x]: wrong\n  mend it\n");
  const terminal = { write: () => undefined, isTTY: true };
  expect(problemText(problem, paintFor(terminal, {}, true))).toContain("\u001b[31merror[x]");
  for (const env of [{ NO_COLOR: "1" }, { CI: "1" }, { TERM: "dumb" }]) {
    expect(problemText(problem, paintFor(terminal, env, true))).not.toContain("\u001b");
  }
  expect(problemText(problem, paintFor(terminal, {}, false))).not.toContain("\u001b");
});

test("tables, ports, spans", () => {
  expect(
    columns([
      ["A", "BB"],
      ["long", ""],
    ]),
  ).toBe("A     BB\nlong\n");
  expect([openToText([]), openToText(["machine"]), openToText(["machine", "network"])]).toEqual([
    "-",
    "this machine",
    "other machines",
  ]);
  expect([0, 59_000, 61_000, 3_600_000, 90_061_000, -5].map(spanText)).toEqual([
    "0s",
    "59s",
    "1m 1s",
    "1h 0m",
    "1d 1h",
    "0s",
  ]);
});
