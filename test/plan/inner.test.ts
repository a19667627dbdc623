import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { innerChanges } from "../../src/plan/inner.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { ToplevelRecipe } from "../../src/systems/recipe.ts";
import { hostConfig, lock, type ShortSystem } from "../compile/config.ts";

function recipe(config: ShortSystem): ToplevelRecipe {
  const { containers, systems } = compileConfig(hostConfig({ web: { config } }), lock, defaultLayout);
  return systems[containers.web?.system ?? ""] as ToplevelRecipe;
}

type Services = NonNullable<ShortSystem["services"]>;

/** `verb unit (because)`, with what wants it. */
function changes(before: Services, after: Services): string[] {
  const { units } = innerChanges(recipe({ services: before }), recipe({ services: after }));
  return units.map(
    ({ verb, unit, because, by, replaces, running }) =>
      `${verb} ${unit} (${because})${by ? ` by ${by.join(" ")}` : ""}${replaces ? " replaces" : ""}${running ? ` ${running}` : ""}`,
  );
}

const wanted = { wantedBy: ["multi-user.target"] };
const app = (more: object = {}) => ({ app: { ...wanted, serviceConfig: { ExecStart: "/bin/app" }, ...more } });
const other = { serviceConfig: { ExecStart: "/bin/app --other" } };

test.each<[string, Services, Services, string[]]>([
  ["nothing differs", app(), app(), []],
  ["new", {}, app(), ["start app.service (new) by multi-user.target replaces"]],
  ["new, and nothing wants it", {}, app({ wantedBy: [] }), ["exchange app.service (declared now)"]],
  ["gone", app(), {}, ["stop app.service (no longer declared)"]],
  ["a package's, wanted", {}, { nginx: wanted }, ["start nginx.service (new) by multi-user.target"]],
  ["a package's, no longer wanted", { nginx: wanted }, {}, ["stop nginx.service (no longer declared)"]],
  ["masked", app(), app({ enable: false }), ["stop app.service (enable is false)"]],
  ["no longer masked", app({ enable: false }), app(), ["start app.service (new) by multi-user.target replaces"]],
  ["other command", app(), app(other), ["exchange app.service (ExecStart changed)"]],
  [
    "other command, restarted",
    app(),
    app({ ...other, stopIfChanged: false }),
    ["restart app.service (ExecStart changed)"],
  ],
  [
    "other command, reloaded",
    app(),
    app({ ...other, reloadIfChanged: true }),
    ["reload app.service (ExecStart changed)"],
  ],
  [
    "other command, kept",
    app(),
    app({ ...other, restartIfChanged: false }),
    ["keep app.service (ExecStart changed; restartIfChanged is false)"],
  ],
  [
    "the bus is never restarted",
    { dbus: { environment: { A: "1" } } },
    { dbus: { environment: { A: "2" } } },
    ["reload dbus.service (Environment changed)"],
  ],
  ["other description", app(), app({ description: "x" }), []],
  ["a setting of ours alone", app(), app({ restartIfChanged: false }), []],
  [
    "restart triggers",
    app(),
    app({ restartTriggers: ["x"] }),
    ["exchange app.service (its scripts or restartTriggers changed)"],
  ],
  [
    "reload triggers",
    app({ reloadTriggers: ["x"] }),
    app({ reloadTriggers: ["y"] }),
    ["reload app.service (its reloadTriggers changed)"],
  ],
  ["reload triggers dropped", app({ reloadTriggers: ["x"] }), app(), []],
  [
    "another script",
    { app: { ...wanted, script: "a" } },
    { app: { ...wanted, script: "b" } },
    ["exchange app.service (its scripts or restartTriggers changed)"],
  ],
  [
    "keys added to a package's unit",
    { nginx: wanted },
    { nginx: { ...wanted, environment: { A: "1" } } },
    ["exchange nginx.service (declared now)"],
  ],
  [
    "keys of a package's unit taken back; it was never started by us",
    { nginx: { environment: { A: "1" } } },
    {},
    ["exchange nginx.service (Environment changed)"],
  ],
  [
    "ours, then a package's with keys added",
    app(),
    { app: { ...wanted, environment: { A: "1" } } },
    ["exchange app.service (Environment, ExecStart changed)"],
  ],
  ["wanted now", app({ wantedBy: [] }), app(), ["start app.service (newly wanted) by multi-user.target"]],
  [
    "wanted now, and another command: started, and exchanged where it runs",
    app({ wantedBy: [] }),
    app(other),
    ["start app.service (newly wanted; ExecStart changed) by multi-user.target replaces"],
  ],
  [
    "wanted now, and another command, of one that is kept: started where it does not run",
    app({ wantedBy: [] }),
    app({ ...other, restartIfChanged: false }),
    ["start app.service (newly wanted; ExecStart changed; restartIfChanged is false) by multi-user.target"],
  ],
  [
    "wanted now, and another command, of one that is reloaded",
    app({ wantedBy: [] }),
    app({ ...other, reloadIfChanged: true }),
    ["start app.service (newly wanted; ExecStart changed) by multi-user.target reload"],
  ],
  [
    "upheld now",
    app({ wantedBy: [] }),
    app({ wantedBy: [], upheldBy: ["x.service"] }),
    ["start app.service (newly wanted) by x.service"],
  ],
  [
    "a timer",
    { app: { script: "a", startAt: ["daily"] } },
    { app: { script: "a", startAt: ["weekly"] } },
    ["exchange app.timer (OnCalendar changed)"],
  ],
  [
    "stopped by nobody but what needs it: kept",
    app({ unitConfig: { RefuseManualStop: true } }),
    app({ ...other, unitConfig: { RefuseManualStop: true } }),
    ["keep app.service (ExecStart changed; RefuseManualStop is set)"],
  ],
  [
    "the same, gone",
    app({ unitConfig: { RefuseManualStop: true } }),
    {},
    ["keep app.service (no longer declared; RefuseManualStop is set)"],
  ],
  [
    "started by nobody but what needs it: kept",
    app(),
    app({ ...other, unitConfig: { RefuseManualStart: "yes" } }),
    ["keep app.service (ExecStart changed; RefuseManualStart is set)"],
  ],
  [
    "the same, new",
    {},
    app({ unitConfig: { RefuseManualStart: true } }),
    ["keep app.service (new; RefuseManualStart is set)"],
  ],
  [
    "the same, reloaded",
    app({ reloadIfChanged: true }),
    app({ ...other, reloadIfChanged: true, unitConfig: { RefuseManualStop: true } }),
    ["reload app.service (ExecStart changed)"],
  ],
  [
    "a key that nobody knows, added",
    app(),
    app({ serviceConfig: { ExecStart: "/bin/app", Nonsense: "1" } }),
    ["exchange app.service (Nonsense changed)"],
  ],
  [
    "a reload trigger added",
    app(),
    app({ reloadTriggers: ["x"] }),
    ["reload app.service (its reloadTriggers changed)"],
  ],
  [
    "a reload trigger and another key",
    app({ reloadTriggers: ["x"] }),
    app({ ...other, reloadTriggers: ["y"] }),
    ["exchange app.service (ExecStart changed)"],
  ],
  [
    "names with an escape, and one that is a dash",
    { "-": app().app, "a\\x2db": app().app },
    { "-": app(other).app, "a\\x2db": app(other).app },
    ["exchange -.service (ExecStart changed)", "exchange a\\x2db.service (ExecStart changed)"],
  ],
  [
    "a template: all its instances",
    { "app@": { serviceConfig: { ExecStart: "/bin/app %i" } } },
    { "app@": { serviceConfig: { ExecStart: "/bin/app -x %i" } } },
    ["exchange app@.service (ExecStart changed)"],
  ],
])("%s", (_, before, after, expected) => {
  expect(changes(before, after)).toEqual(expected);
});

/** As above, of anything that is declared. */
function told(before: ShortSystem, after: ShortSystem): string[] {
  return innerChanges(recipe(before), recipe(after)).units.map(
    ({ verb, unit, because, by, replaces, running }) =>
      `${verb} ${unit} (${because})${by ? ` by ${by.join(" ")}` : ""}${replaces ? " replaces" : ""}${running ? ` ${running}` : ""}`,
  );
}

const daemon = (more: object = {}) => ({ app: { serviceConfig: { ExecStart: "/bin/app" }, ...more } });
const socket = (...listenStreams: string[]) => ({ app: { wantedBy: ["sockets.target"], listenStreams } });
const listening = { services: daemon(), sockets: socket("1") };
const mount = (more: object = {}) => ({
  mounts: [
    { where: "/srv/x", what: "tmpfs", type: "tmpfs", options: "size=1M", wantedBy: ["local-fs.target"], ...more },
  ],
});
const timer = (OnCalendar: string) => ({
  timers: { app: { wantedBy: ["timers.target"], timerConfig: { OnCalendar } } },
});
const watched = (PathChanged: string) => ({ paths: { app: { ...wanted, pathConfig: { PathChanged } } } });
const app2 = { app: { serviceConfig: { ExecStart: "/bin/app --other" } } };
const bounced = { ...wanted, unitConfig: { "X-StopOnReconfiguration": true } };
const rules = (...lines: string[]) => ({ tmpfiles: { rules: lines } });

describe("units of other kinds", () => {
  test.each<[string, ShortSystem, ShortSystem, string[]]>([
    [
      "a new socket, and its service, which nothing else starts",
      {},
      listening,
      ["exchange app.service (declared now)", "start app.socket (new) by sockets.target replaces"],
    ],
    [
      "a new socket of a service that may run already",
      { services: daemon() },
      listening,
      ["exchange app.service (its socket app.socket is new)", "start app.socket (new) by sockets.target replaces"],
    ],
    [
      "a service that a socket starts: both",
      listening,
      { ...listening, services: app2 },
      ["exchange app.service (ExecStart changed)", "exchange app.socket (app.service changed, which it starts)"],
    ],
    [
      "the same, restarted: its socket goes on",
      listening,
      { ...listening, services: daemon({ ...other, stopIfChanged: false }) },
      ["restart app.service (ExecStart changed)"],
    ],
    [
      "the same, reloaded",
      listening,
      { ...listening, services: daemon({ ...other, reloadIfChanged: true }) },
      ["reload app.service (ExecStart changed)"],
    ],
    [
      "another address: both",
      listening,
      { ...listening, sockets: socket("2") },
      ["exchange app.service (its socket app.socket changed)", "exchange app.socket (ListenStream changed)"],
    ],
    [
      "another address, of a service that is left alone",
      { ...listening, services: daemon({ restartIfChanged: false }) },
      { services: daemon({ restartIfChanged: false }), sockets: socket("2") },
      ["keep app.socket (ListenStream changed; restartIfChanged of app.service is false)"],
    ],
    [
      "a service of another name",
      { services: daemon(), sockets: { in: { listenStreams: ["1"], socketConfig: { Service: "app.service" } } } },
      { services: app2, sockets: { in: { listenStreams: ["1"], socketConfig: { Service: "app.service" } } } },
      ["exchange app.service (ExecStart changed)", "exchange in.socket (app.service changed, which it starts)"],
    ],
    [
      "a service for each connection has no socket",
      { services: daemon(), sockets: { app: { listenStreams: ["1"], socketConfig: { Accept: true } } } },
      { services: app2, sockets: { app: { listenStreams: ["1"], socketConfig: { Accept: true } } } },
      ["exchange app.service (ExecStart changed)"],
    ],
    ["a socket that goes", listening, { services: daemon() }, ["stop app.socket (no longer declared)"]],
    ["a timer", timer("daily"), timer("weekly"), ["exchange app.timer (OnCalendar changed)"]],
    ["a timer that goes", timer("daily"), {}, ["stop app.timer (no longer declared)"]],
    ["a timer that comes", {}, timer("daily"), ["start app.timer (new) by timers.target replaces"]],
    ["a path", watched("/a"), watched("/b"), ["exchange app.path (PathChanged changed)"]],
    ["options of a mount", mount(), mount({ options: "size=2M" }), ["reload srv-x.mount (Options changed)"]],
    ["another file system", mount(), mount({ type: "ramfs" }), ["exchange srv-x.mount (Type changed)"]],
    [
      "another file system and options",
      mount(),
      mount({ type: "ramfs", options: "" }),
      ["exchange srv-x.mount (Options, Type changed)"],
    ],
    ["a mount that goes", mount(), {}, ["stop srv-x.mount (no longer declared)"]],
    [
      "a new target, and what it wants: started, though the target does not run yet",
      {},
      { targets: { app: wanted }, services: daemon({ wantedBy: ["app.target"] }) },
      [
        "start app.service (new) by app.target multi-user.target replaces",
        "start app.target (new) by multi-user.target",
      ],
    ],
    [
      "a target that differs",
      { targets: { app: wanted } },
      { targets: { app: { ...wanted, after: ["a.service"] } } },
      [],
    ],
    [
      "a target that is bounced by every change, and by no change not",
      { targets: { app: bounced } },
      { targets: { app: bounced }, services: daemon(wanted) },
      ["exchange app.target (X-StopOnReconfiguration)", "start app.service (new) by multi-user.target replaces"],
    ],
    ["the same, and nothing changes", { targets: { app: bounced } }, { targets: { app: bounced } }, []],
    ["a target that goes", { targets: { app: wanted } }, {}, ["stop app.target (no longer declared)"]],
    [
      "limits of a slice",
      { slices: { app: { sliceConfig: { MemoryMax: "1G" } } } },
      { slices: { app: { sliceConfig: { MemoryMax: "2G" } } } },
      [],
    ],
    ["a slice that goes", { slices: { app: { ...wanted, sliceConfig: { MemoryMax: "1G" } } } }, {}, []],
    ["rules of tmpfiles", {}, rules("d /a"), ["run declared-tmpfiles.service (new)"]],
    ["other rules", rules("d /a"), rules("d /b"), ["run declared-tmpfiles.service (what it applies changed)"]],
    [
      "no rules any more: nothing is undone, and if it had failed that is over",
      rules("d /a"),
      {},
      ["stop declared-tmpfiles.service (no longer declared)"],
    ],
  ])("%s", (_, before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });
});

describe("files", () => {
  test("those that differ, by text or mode", () => {
    const etc = (files: NonNullable<ShortSystem["etc"]>) => recipe({ etc: files });
    const before = etc({ a: { text: "1" }, b: { text: "1" }, c: { text: "1" } });
    const after = etc({ a: { text: "2" }, b: { text: "1", mode: "0600" }, d: { text: "1" } });
    expect(innerChanges(before, after).etc).toEqual(["a", "b", "c", "d"]);
  });
});

/** A service that matters in every way that the verbs know. */
const service = fc.record(
  {
    wantedBy: fc.constantFrom([], ["multi-user.target"]),
    enable: fc.boolean(),
    restartIfChanged: fc.boolean(),
    reloadIfChanged: fc.boolean(),
    stopIfChanged: fc.boolean(),
    reloadTriggers: fc.constantFrom([], ["a"], ["b"]),
    script: fc.constantFrom("", "a", "b"),
    environment: fc.constantFrom({}, { A: "1" }),
  },
  { requiredKeys: [] },
);
const services = fc.dictionary(fc.constantFrom("a", "b", "c"), service, { maxKeys: 3 });

test("a unit has one verb; the same twice changes nothing; what goes is stopped", () => {
  fc.assert(
    fc.property(services, services, (before, after) => {
      const [one, two] = [recipe({ services: before }), recipe({ services: after })];
      const { units } = innerChanges(one, two);
      expect(new Set(units.map(({ unit }) => unit)).size).toBe(units.length);
      expect(innerChanges(two, two)).toEqual({ units: [], etc: [] });
      for (const [name, { wantedBy = [], enable = true }] of Object.entries(before)) {
        if (!enable || wantedBy.length === 0 || name in after) continue;
        expect(units).toContainEqual({ unit: `${name}.service`, verb: "stop", because: "no longer declared" });
      }
    }),
    { numRuns: 200, interruptAfterTimeLimit: 2500 },
  );
});
