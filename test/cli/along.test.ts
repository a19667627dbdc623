import fc from "fast-check";
import { expect, test } from "vitest";
import { endedWith, startedWith } from "../../src/cli/along.ts";

const parts = {
  front: { dependsOn: ["web"] },
  web: { dependsOn: ["db", "cache"] },
  db: { dependsOn: [] },
  cache: {},
};

test("what needs it is ended with it, and what needs that; each with whom it needs", () => {
  expect(endedWith(parts, ["db"])).toEqual([
    { name: "web", because: "db" },
    { name: "front", because: "web" },
  ]);
  expect(endedWith(parts, ["front"])).toEqual([]);
});

test("what it needs is started before it", () => {
  expect(startedWith(parts, ["front"])).toEqual([
    { name: "web", because: "front" },
    { name: "cache", because: "web" },
    { name: "db", because: "web" },
  ]);
});

test("those that were named do not go along", () => {
  expect(endedWith(parts, ["db", "front"]).map(({ name }) => name)).toEqual(["web"]);
  expect(startedWith(parts, ["front", "web"]).map(({ name }) => name)).toEqual(["cache", "db"]);
});

test("property: each once, also where the needs go round in circles", () => {
  const names = ["a", "b", "c", "d"];
  const needs = fc.record(
    Object.fromEntries(names.map((name) => [name, fc.record({ dependsOn: fc.subarray(names) })])),
  );
  fc.assert(
    fc.property(needs, fc.subarray(names, { minLength: 1 }), (all, named) => {
      for (const found of [endedWith(all, named), startedWith(all, named)].map((rows) =>
        rows.map(({ name }) => name),
      )) {
        expect(new Set([...found, ...named]).size).toBe(found.length + named.length);
      }
    }),
  );
});
