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
    ({ verb, unit, because, by, replaces }) =>
      `${verb} ${unit} (${because})${by ? ` by ${by.join(" ")}` : ""}${replaces ? " replaces" : ""}`,
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
    "a template: all its instances",
    { "app@": { serviceConfig: { ExecStart: "/bin/app %i" } } },
    { "app@": { serviceConfig: { ExecStart: "/bin/app -x %i" } } },
    ["exchange app@.service (ExecStart changed)"],
  ],
])("%s", (_, before, after, expected) => {
  expect(changes(before, after)).toEqual(expected);
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
