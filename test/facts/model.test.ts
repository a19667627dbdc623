import { describe, expect, test } from "vitest";
import { readCases } from "./case.ts";
import { nixosModel } from "./model.ts";
import { nixosFacts } from "./nixos.ts";

/** Where NixOS does something with a text that no rule of ours foresees: the model says what was meant. */
const exempt = new Set(["ns-bind-special", "ns-extraflags-special", "ns-32bit", "ns-config-ok"]);

describe("the model gives what was measured", () => {
  const cases = readCases("nixos-facts.jsonl").flatMap(({ id, input, facts }) =>
    facts?.ok && !exempt.has(id) ? [{ id, input, facts }] : [],
  );
  test.each(cases)("$id", ({ input, facts }) => {
    expect(nixosModel(input)).toEqual(nixosFacts(facts));
  });
});
