/** Every measured case of OCI containers, and every one of our own, is compiled: as `../facts.test.ts`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type OciCase, type OciMeasured, readOciCases } from "./case.ts";
import { expectedOci, ociDifferenceRows } from "./differences.ts";
import { nixosOciFacts } from "./nixos.ts";
import { ociOutcome } from "./outcome.ts";
import { ociRefusedByUs, ociTakenByUs } from "./refusals.ts";

const measured = readOciCases("nixos-facts.jsonl");
const cases = [...measured, ...readOciCases("own-cases.jsonl")];
const outcomes = new Map(cases.map((one) => [one.id, ociOutcome(one.input)]));
const refusedOf = (id: string): readonly string[] => {
  const outcome = outcomes.get(id);
  return outcome !== undefined && "refused" in outcome ? outcome.refused : ["(not refused)"];
};

const isRefusedByNixos = ({ facts }: OciCase): boolean => facts !== undefined && !facts.ok;
const isRefused = (one: OciCase): boolean =>
  one.id in ociRefusedByUs || one.facts === undefined || (isRefusedByNixos(one) && !(one.id in ociTakenByUs));
const compared = measured.filter((one) => !isRefused(one) && !isRefusedByNixos(one));

describe("what is compiled", () => {
  test.each(compared)("$id: $about", ({ id, input, facts }) => {
    const ours = outcomes.get(id);
    expect(ours !== undefined && "facts" in ours ? ours.facts : refusedOf(id)).toEqual(
      expectedOci(nixosOciFacts(facts as OciMeasured), input),
    );
  });
  test.each(Object.keys(ociTakenByUs))("%s: not refused", (id) => {
    expect(refusedOf(id)).toEqual(["(not refused)"]);
  });
});

test("ports in every form, but for the one that is refused", () => {
  const one = measured.find(({ id }) => id === "oci-ports-podman");
  const odd = "2000-2010:80";
  if (one === undefined) throw new Error("no such case");
  const rest = JSON.parse(JSON.stringify(one).replace(`,"-p","${odd}"`, "").replace(`,"${odd}"`, "")) as OciCase;
  expect(JSON.stringify(rest)).not.toContain(odd);
  expect(ociOutcome(rest.input)).toMatchObject({
    facts: expectedOci(nixosOciFacts(rest.facts as OciMeasured), rest.input),
  });
});

test("what is refused, and every word that is said", async () => {
  const refused = cases.filter(isRefused);
  expect(refused.filter(({ id }) => refusedOf(id)[0] === "(not refused)")).toEqual([]);
  const text = refused.map(({ id, about }) => `=== ${id}: ${about}\n${refusedOf(id).join("\n")}\n`).join("\n");
  await expect(text).toMatchFileSnapshot("refusals.txt");
});

test("what is taken, and warned of", async () => {
  const text = cases.flatMap(({ id, about }) => {
    const ours = outcomes.get(id);
    return ours !== undefined && "facts" in ours && ours.warnings.length > 0
      ? [`=== ${id}: ${about}\n${ours.warnings.join("\n")}\n`]
      : [];
  });
  await expect(text.join("\n")).toMatchFileSnapshot("warnings.txt");
});

describe("docs/differences-from-nixos.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/differences-from-nixos.md"), "utf8");
  const rowsOf = (title: string): string[] => {
    const section = page.split("\n## ").find((part) => part.startsWith(`${title}\n`)) ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| "));
    return rows.slice(1).map((line) => line.split(" | ")[0]?.slice(2) ?? "");
  };

  test("has every difference, and no other", () => {
    expect(rowsOf("OCI containers: what is compiled").sort()).toEqual([...ociDifferenceRows].sort());
  });
  test("each of them occurs", () => {
    const used = new Set<string>();
    for (const { input, facts } of compared)
      expectedOci(nixosOciFacts(facts as OciMeasured), input, (row) => used.add(row));
    expect(ociDifferenceRows.filter((row) => !used.has(row))).toEqual([]);
  });
  test("has every reason to refuse, or not to, and no other", () => {
    const rows = [...Object.values(ociRefusedByUs), ...Object.values(ociTakenByUs)];
    expect(rowsOf("OCI containers: what is refused").sort()).toEqual([...new Set(rows)].sort());
  });
});
