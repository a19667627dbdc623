/** Containers that were made by hand: what a person wrote into their definitions, and host.ts taking one over. */
import { describe, expect, test } from "vitest";
import { nothing } from "../../src/apply/journal.ts";
import { compileConfig, type Generation, graftMade, withoutContainer } from "../../src/compile/index.ts";
import { difference, renderDifference } from "../../src/plan/diff/index.ts";
import { plan, renderPlan } from "../../src/plan/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "../compile/config.ts";
import { machine } from "./observed.ts";

const path = "/etc/stowage/made/foo.ts";
const compiled = (containers: Readonly<Record<string, ShortContainer>>): Generation =>
  compileConfig(hostConfig(containers), lock, defaultLayout);
const made = (definition: string, foo: ShortContainer = {}, base = compiled({ web: {} })): Generation =>
  graftMade(defaultLayout, base, { name: "foo", generation: compiled({ foo }), definition });
const planned = (now: Generation, next: Generation, file?: string | null, left: Generation[] = []) => {
  const text = file === undefined ? {} : { files: { [path]: file === null ? null : { text: file, ours: true } } };
  const result = plan(now, next, machine([now, ...left], text), { leftBehind: left });
  const about = result.steps.filter(({ action }) => "path" in action && action.path === path);
  return { ...result, file: about.map(({ action, because }) => `${action.do}: ${because}`) };
};

describe("the text of a definition", () => {
  const one = made("// 1\n");
  const two = made("// 2\n", { autoStart: true });

  test("that a person edited stays: nothing is to be done", () => {
    const { steps, drift, notices } = planned(one, one, "// edited\n");
    expect({ steps, drift, notices }).toEqual({ steps: [], drift: [], notices: [] });
    // Also with a switch that changes other things.
    expect(planned(one, made("// 1\n", {}, compiled({ web: { autoStart: true } })), "// edited\n").file).toEqual([]);
  });

  test("is written where it is missing, and where there is another one", () => {
    expect(planned(one, one, null).file).toEqual(["write-file: removed by hand"]);
    expect(planned(one, two, "// 1\n").file).toEqual(["write-file: changed"]);
    expect(planned(one, two, "// 2\n").file).toEqual([]);
    expect(planned(compiled({ web: {} }), one).file).toEqual(["write-file: new"]);
  });

  test("that is edited and another one by now is written, and that is told", () => {
    expect(planned(one, two, "// edited\n").file).toEqual(["write-file: changed by hand"]);
  });

  test("after a cut is that of the next generation, unless none of them says otherwise", () => {
    expect(planned(one, two, "// edited\n", [two]).file).toEqual(["write-file: changed"]);
    expect(planned(one, one, "// edited\n", [compiled({ web: {} })]).file).toEqual([]);
  });

  test("goes with its container, edited or not", () => {
    const without = withoutContainer(defaultLayout, one, "foo");
    expect(planned(one, without).file).toEqual(["remove-file: no longer in the configuration"]);
    expect(planned(one, without, "// edited\n").file).toEqual(["remove-file: no longer in the configuration"]);
    expect(planned(one, nothing, "// edited\n").file).toEqual(["remove-file: no longer in the configuration"]);
  });

  test("in the place of a file of somebody else's is not written", () => {
    const found = { files: { [path]: { text: "// mine\n", ours: false } } };
    const base = compiled({ web: {} });
    const { blocked } = plan(base, one, machine([base], found));
    expect(blocked.map(({ code, message }) => [code, message])).toEqual([
      ["foreign-file", `${path} exists and is not ours`],
    ]);
  });
});

test("the text of a definition is root's: no difference shows it", () => {
  const [before, after] = [made("// secret one\n"), made("// secret two\n")];
  const found = difference(defaultLayout, before, after);
  expect(found.containers.foo?.files).toEqual([{ path, change: "changed", what: ["text"] }]);
  const text = renderDifference(found, { text: true, all: true, names: ["1", "2"] });
  expect(text).toContain(`${path}: not shown, as not everybody may read it`);
  expect(JSON.stringify(found) + text).not.toContain("secret");
});

describe("host.ts takes a container over", () => {
  const before = made("// 1\n");
  const after = compiled({ web: {}, foo: {} });

  test("it says so, its definition goes, and what runs goes on", () => {
    const result = planned(before, after);
    expect(result.file).toEqual(["remove-file: no longer in the configuration"]);
    expect(result.notices).toContain(
      "container foo was made by hand, and is host.ts's from now on: its state in /var/lib/stowage/containers/foo stays its own",
    );
    expect(renderPlan(result)).toContain("was made by hand");
    expect(result.steps.filter(({ action }) => "unit" in action)).toEqual([]);
  });

  test("a definition that was edited is left, and that is told", () => {
    const result = planned(before, after, "// edited\n");
    expect(result.file).toEqual([]);
    expect(result.notices).toContain(`${path} was edited by hand, and is left: foo is as host.ts says now`);
  });

  test("and is given back: a definition that was edited and left is kept, and that is told", () => {
    const found = (ours: boolean) => ({ files: { [path]: { text: "// edited\n", ours } } });
    for (const ours of [false, true]) {
      const { blocked, steps, notices } = plan(after, before, machine([after], found(ours)));
      expect(blocked).toEqual([]);
      expect(steps.filter(({ action }) => action.do === "write-file" && action.path === path)).toEqual([]);
      expect(notices).toContain(`${path} was edited by hand, and is kept as it is`);
    }
    const link = { files: { [path]: { text: "// edited\n", ours: false, link: "/elsewhere" } } };
    expect(plan(after, before, machine([after], link)).blocked).toHaveLength(1);
  });
});
