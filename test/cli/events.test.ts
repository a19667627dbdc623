/** Events are as docs/reference/events.md says; what is printed on a real machine is held against it in test/scenarios/switching. */
import { expect, test } from "vitest";
import { nothing } from "../../src/apply/journal.ts";
import { emit, eventOf, type StowageEvent } from "../../src/cli/report/events.ts";
import { planJson } from "../../src/cli/report/plan-json.ts";
import type { Step } from "../../src/plan/index.ts";
import { differences, parseEvents, readEventsPage } from "./events-page.ts";
import { World } from "./world.ts";

const step: Step = {
  id: "start-unit container@web.service",
  action: { do: "start-unit", unit: "container@web.service" },
  container: "web",
  because: "new",
  after: [],
};
const job = { unit: "container@web.service", active: "activating", sub: "start", status: "", waitsFor: [] };
const plan = planJson(
  { current: null, next: nothing, steps: [step], kept: [], notices: [], drift: ["x"], blocked: [] },
  [],
);

test("what is to be built and fetched is always said, be it nothing", () => {
  expect(plan).toMatchObject({ toBuild: [], toFetch: [] });
});

type Samples = { readonly [Name in StowageEvent["event"]]: readonly Extract<StowageEvent, { event: Name }>[] };

const samples: Samples = {
  waiting: [
    { event: "waiting", for: "lock" },
    { event: "waiting", for: "lock", pid: 1, verb: "switch", since: 1 },
    { event: "waiting", for: "build" },
  ],
  work: [
    { event: "work", id: "x", text: "fetching" },
    { event: "work", id: "x", text: "fetching", done: 1, total: 2 },
  ],
  "work-ended": [{ event: "work-ended", id: "x", text: "fetched" }],
  plan: [{ event: "plan", ...plan }],
  begun: [
    { event: "begun", verb: "switch", scope: "stowage-switch-1.scope" },
    { event: "begun", verb: "switch", scope: null },
  ],
  "step-started": [{ event: "step-started", step: step.id, container: "web", because: "new" }],
  job: [{ event: "job", ...job }],
  "step-ended": [
    { event: "step-ended", step: step.id, outcome: "done", took: 1 },
    { event: "step-ended", step: step.id, container: "web", outcome: "failed", error: "no", log: ["x"], took: 1 },
  ],
  "rolling-back": [{ event: "rolling-back", to: 1, because: ["web"] }],
  interrupted: [{ event: "interrupted", signal: "SIGINT", text: "x" }],
  error: [{ event: "error", exitCode: 75, problems: [{ code: "busy", message: "x" }] }],
  result: [
    { event: "result", exitCode: 0, plan, generation: 1, steps: [] },
    {
      event: "result",
      exitCode: 4,
      plan,
      generation: 1,
      steps: [],
      rolledBack: { to: null, because: ["web"], problems: [] },
    },
    {
      event: "result",
      exitCode: 0,
      generations: [1],
      paths: ["x"],
      freed: null,
      images: [{ engine: "podman", user: "root", name: "localhost/web", id: "sha256:0" }],
    },
    { event: "result", exitCode: 0, plan: null, generation: null, steps: [], kept: ["/x"] },
    { event: "result", exitCode: 0, generation: 2, active: 1 },
  ],
};

const printed = (event: StowageEvent, events = true): string => {
  const lines: string[] = [];
  emit({ events, print: (line) => void lines.push(line) }, event);
  return lines.join("");
};

const page = readEventsPage();

test("the page describes these events, no other, and every field of each", () => {
  expect([...page.keys()].sort()).toEqual(Object.keys(samples).sort());
  for (const [name, events] of Object.entries(samples)) {
    const all = events.flatMap((event) => parseEvents(printed(event)));
    expect(all.flatMap((event) => differences(page, event))).toEqual([]);
    const seen = new Set(all.flatMap((event) => Object.keys(event)));
    expect([...(page.get(name)?.keys() ?? [])].filter((field) => !seen.has(field))).toEqual([]);
  }
});

test("an event that the page does not describe so is told", () => {
  expect(differences(page, { event: "begun", time: 1, verb: 3, more: 1 })).toEqual([
    "begun: more is not described",
    "begun: verb is not text",
    "begun: scope is not text or null",
  ]);
  expect(differences(page, { event: "nothing" })).toEqual(["there is no event nothing"]);
});

test("what goes on becomes events, without what is ours alone", () => {
  expect(eventOf({ kind: "step-started", step })).toEqual(samples["step-started"][0]);
  expect(eventOf({ kind: "step-ended", row: { step, outcome: "failed", error: "no", log: ["x"], took: 1 } })).toEqual(
    samples["step-ended"][1],
  );
  expect(eventOf({ kind: "job", ...job })).toEqual(samples.job[0]);
  expect(eventOf({ kind: "work", id: "x", text: "fetching", done: 1, total: 2 })).toEqual(samples.work[1]);
  expect(eventOf({ kind: "work-ended", id: "x", text: "fetched" })).toEqual(samples["work-ended"][0]);
});

test("only where they were asked for", () => {
  expect(printed(samples.begun[0]!, false)).toBe("");
});

test("a problem before anything began is an event, too, and told to people on stderr", async () => {
  const world = new World();
  try {
    const { code, out, err } = await world.run("switch", "--events");
    expect(code).toBe(1);
    const events = parseEvents(out);
    expect(events).toMatchObject([{ event: "error", exitCode: 1, problems: [{ code: "no-configuration" }] }]);
    expect(events.flatMap((event) => differences(page, event))).toEqual([]);
    expect(err).toContain("error[no-configuration]");
  } finally {
    world.end();
  }
});
