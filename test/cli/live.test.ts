/** What a terminal shows while something is under way: a terminal of two functions is played, as console_codes(4) says. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Progress } from "../../src/apply/report.ts";
import { liveReporter } from "../../src/cli/report/live.ts";
import { paintFor } from "../../src/cli/report/paint.ts";
import { UnderWay } from "../../src/cli/report/under-way.ts";
import type { Action, Step } from "../../src/plan/index.ts";

const plain = paintFor({ write: () => undefined }, {}, true);

const step = (action: Action, container?: string): Step => ({
  id: Object.values(action).join(" "),
  action,
  ...(container !== undefined && { container }),
  because: "",
  after: [],
});
const start = (name: string) => step({ do: "start-unit", unit: `container@${name}.service` }, name);
const started = (one: Step): Progress => ({ kind: "step-started", step: one });
const ended = (one: Step): Progress => ({ kind: "step-ended", row: { step: one, outcome: "done", took: 1 } });
const job = (name: string, more: object = {}): Progress => ({
  kind: "job",
  unit: `container@${name}.service`,
  active: "activating",
  sub: "start",
  status: "",
  waitsFor: [],
  ...more,
});

/** A screen: carriage return, cursor up, erase to its end, and text. */
function terminal(columns: number, rows: number) {
  const lines = [""];
  let at = 0;
  return {
    isTTY: true,
    columns,
    rows,
    shown: () => lines.filter((line, index) => line !== "" || index < lines.length - 1),
    write(text: string) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is played
      for (const piece of text.split(/(\r|\n|\u001b\[\d*[AJ])/)) {
        const up = /\[(\d+)A/.exec(piece)?.[1];
        if (up !== undefined) at -= Number(up);
        else if (piece.endsWith("[J")) lines.splice(at, Number.POSITIVE_INFINITY, "");
        else if (piece === "\n") lines[++at] ??= "";
        else if (piece !== "\r") lines[at] += piece;
        if (at < 0) throw new Error("above the screen");
      }
    },
  };
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

function playing(columns = 80, rows = 24) {
  const screen = terminal(columns, rows);
  const lines = (event: Progress) => (event.kind === "step-ended" ? [`done ${event.row.step.id}`] : []);
  const reporter = liveReporter(screen, plain, lines);
  const play = (...events: Progress[]) => {
    for (const event of events) reporter.on(event);
    vi.advanceTimersByTime(60);
    return screen.shown();
  };
  return { screen, reporter, play };
}

test("one line for each container, with what it waits for and since when; what has ended stays above", () => {
  const { screen, reporter, play } = playing();
  const [web, db] = [start("web"), start("db")];
  const begun = [
    started(db),
    started(web),
    job("web", { active: "inactive", sub: "dead", waitsFor: ["container@db.service"] }),
  ];
  expect(play(...begun, job("db", { sub: "start-pre" }))).toEqual([
    "starting container@db.service (activating: start-pre)",
    "starting container@web.service (waits for container@db.service)",
  ]);
  vi.advanceTimersByTime(3000);
  expect(screen.shown()).toEqual([
    "starting container@db.service (activating: start-pre, 3s)",
    "starting container@web.service (waits for container@db.service, 3s)",
  ]);
  expect(play(ended(db), job("web", { status: "Starting\u001b[2J…" }))).toEqual([
    "done start-unit container@db.service",
    "starting container@web.service (activating: start, Starting^[[2J…, 3s)",
  ]);
  reporter.end();
  expect(screen.shown()).toEqual(["done start-unit container@db.service"]);
  vi.advanceTimersByTime(5000);
  expect(screen.shown()).toEqual(["done start-unit container@db.service"]);
});

test("no line wraps, and no more are drawn than fit", () => {
  const { screen, reporter, play } = playing(24, 4);
  const shown = play(...["a", "b", "c", "d", "e"].map((name) => started(start(name))));
  expect(shown).toEqual(["starting container@a.se", "starting container@b.se", "and 3 more"]);
  reporter.end();
  expect(screen.shown()).toEqual([]);
});

test("work with counts, and steps of one container: the last that began is shown", () => {
  const underWay = new UnderWay();
  const stop = step({ do: "stop-unit", unit: "container-net@web.service" }, "web");
  const events: Progress[] = [
    { kind: "work", id: "f", text: "fetching", done: 0, total: 3 },
    started(stop),
    started(start("web")),
    started(step({ do: "write-file", path: "/etc/x" })),
    { kind: "work", id: "f", text: "fetching", done: 1, total: 3 },
  ];
  for (const event of events) underWay.follow(event, 0);
  expect(underWay.lines(90_000)).toEqual(["fetching 33 % (1m 30s)", "starting container@web.service (1m 30s)"]);
  underWay.follow(ended(start("web")), 0);
  expect(underWay.lines(0)).toEqual(["fetching 33 %", "stopping container-net@web.service"]);
});
