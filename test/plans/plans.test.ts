/**
 * Every file in `cases/` says what was and what should be; `expected/` has the plan, and its order. A new case is a new
 * file; after a change that is meant, `vitest -u` writes the expected files, and the difference is read in review.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileConfig, type Generation } from "../../src/compile/index.ts";
import { type Plan, plan, renderDrift, renderPlan } from "../../src/plan/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "../compile/config.ts";
import { type Differences, machine } from "../plan/observed.ts";

interface Case {
  /** null: nothing was switched to before. */
  readonly before: Readonly<Record<string, ShortContainer>> | null;
  readonly after: Readonly<Record<string, ShortContainer>>;
  /** Of switches that were cut short. */
  readonly leftBehind?: readonly Readonly<Record<string, ShortContainer>>[];
  /** What is there: of these, as they were left. Default: ["before"]. */
  readonly there?: readonly ("before" | "after" | "leftBehind")[];
  readonly observed?: Differences;
  /** The numbers of the scenarios that it is for: docs/design/scenarios.md. */
  readonly shows?: readonly string[];
}

const generationOf = (containers: Readonly<Record<string, ShortContainer>>): Generation =>
  compileConfig(hostConfig(containers), lock, defaultLayout);

function planOf(input: Case): Plan {
  const before = input.before === null ? null : generationOf(input.before);
  const next = generationOf(input.after);
  const leftBehind = (input.leftBehind ?? []).map(generationOf);
  const there = { before: before === null ? [] : [before], after: [next], leftBehind };
  const left = (input.there ?? ["before"]).flatMap((which) => there[which]);
  return plan(before, next, machine(left, input.observed), { leftBehind });
}

const cases = readdirSync(join(import.meta.dirname, "cases")).map((file) => basename(file, ".json"));

describe.each(cases)("%s", (name) => {
  const made = planOf(JSON.parse(readFileSync(join(import.meta.dirname, "cases", `${name}.json`), "utf8")));

  test("the plan", async () => {
    const edges = made.steps.map(({ id, after }) => `${id}${after.map((other) => `\n    ${other}`).join("")}`);
    const blocked = made.blocked.map((problem) => `blocked: ${problem.message}`);
    const kept = made.steps.length === 0 ? made.kept.map((one) => `kept: ${one.unit}: ${one.because}`) : [];
    const drift = made.steps.length === 0 && made.drift?.length ? [renderDrift(made)] : [];
    const text = [
      renderPlan(made),
      ...drift,
      ...blocked,
      ...kept,
      "=== steps, and what each comes after",
      ...edges,
    ].join("\n");
    await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, "expected", `${name}.txt`));
  });

  test("can be carried out in the order in which it stands", () => {
    const seen = new Set<string>();
    for (const { id, after } of made.steps) {
      expect([...after].filter((other) => !seen.has(other))).toEqual([]);
      expect(seen.has(id)).toBe(false);
      seen.add(id);
    }
  });
});
