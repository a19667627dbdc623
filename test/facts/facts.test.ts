/** Every measured case, and every one of our own, is compiled: what comes out is NixOS's, or in one of the lists. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Case, readCases } from "./case.ts";
import { differenceRows, expected } from "./differences.ts";
import type { HostFacts } from "./facts.ts";
import { nixosModel } from "./model.ts";
import { nixosFacts } from "./nixos.ts";
import { accepted, type Outcome, outcomeOf } from "./outcome.ts";
import { refusedByUs, takenByUs } from "./refusals.ts";
import { translate } from "./translate.ts";

const cases = [...readCases("nixos-facts.jsonl"), ...readCases("own-cases.jsonl")];
const outcomes = new Map<Case, Outcome>(
  cases.map((one) => [one, outcomeOf(translate(one.input, one.facts === undefined))]),
);
const outcome = (one: Case): Outcome => outcomes.get(one) as Outcome;

/** NixOS's: measured, or by its rules. */
const nixos = ({ facts, input }: Case): HostFacts => (facts?.ok ? nixosFacts(facts) : nixosModel(input));

const taken = cases.filter((one) => !isRefused(one));
const isRefusedByNixos = ({ facts }: Case): boolean => facts !== undefined && !facts.ok;
function isRefused({ id, facts }: Case): boolean {
  return id in refusedByUs || (facts !== undefined && !facts.ok && !(id in takenByUs));
}

describe("what is compiled", () => {
  test.each(taken.filter((one) => !isRefusedByNixos(one)))("$id: $about", (one) => {
    const ours = outcome(one);
    expect(accepted(ours) ? ours.facts : ours.refused).toEqual(expected(nixos(one), one.input));
  });
  test.each(taken.filter(isRefusedByNixos))("$id: $about: not refused", (one) => {
    expect(outcome(one)).toHaveProperty("facts");
  });
});

test("what is refused, and every word that is said", async () => {
  const text = cases.filter(isRefused).map((one) => {
    const ours = outcome(one);
    return `=== ${one.id}: ${one.about}\n${accepted(ours) ? "(not refused)" : ours.refused.join("\n")}\n`;
  });
  expect(text.filter((one) => one.includes("(not refused)"))).toEqual([]);
  await expect(text.join("\n")).toMatchFileSnapshot("refusals.txt");
});

test("what is taken, and warned of", async () => {
  const text = cases.flatMap((one) => {
    const ours = outcome(one);
    return accepted(ours) && ours.warnings.length > 0
      ? [`=== ${one.id}: ${one.about}\n${ours.warnings.join("\n")}\n`]
      : [];
  });
  await expect(text.join("\n")).toMatchFileSnapshot("warnings.txt");
});

describe("docs/differences-from-nixos.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/differences-from-nixos.md"), "utf8");
  const rowsOf = (title: string): string[] => {
    const section = page.split("\n## ").find((part) => part.startsWith(`${title}\n`)) ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| "));
    return rows.slice(1).map((line) => line.split(" | ")[0]?.slice(2) ?? "");
  };

  test("has every difference, and no other", () => {
    expect(rowsOf("What is compiled").sort()).toEqual([...differenceRows].sort());
  });
  test("each of them occurs", () => {
    const used = new Set<string>();
    for (const one of taken.filter((it) => !isRefusedByNixos(it)))
      expected(nixos(one), one.input, (row) => used.add(row));
    expect(differenceRows.filter((row) => !used.has(row))).toEqual([]);
  });
  test("has every reason to refuse, and no other", () => {
    expect(rowsOf("What is refused").sort()).toEqual([...new Set(Object.values(refusedByUs))].sort());
  });
});
