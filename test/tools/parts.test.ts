import { expect, test, vi } from "vitest";

const path = "../../tools/parts.mjs";
const { count, runParts } = (await import(path)) as {
  count(result: unknown, code: number, filtered: boolean): { passed: number; failed: number };
  runParts(parts: unknown[]): Promise<{ passed: number; failed: number }>;
};

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((status) => ({ status, fullName: "a test" })),
});
const report = (...testResults: unknown[]) => ({ testResults });

test("counts tests", () => {
  expect(count(report(file("passed", "passed", "passed"), file("failed", "passed", "failed")), 1, false)).toEqual({
    passed: 3,
    failed: 1,
  });
});

test("a run in which nothing was executed has failed", () => {
  expect(count(report(), 0, false)).toEqual({ passed: 0, failed: 1 });
  expect(count(report(file("passed")), 0, false)).toEqual({ passed: 0, failed: 1 });
  expect(count(report(file("passed", "pending")), 0, true)).toEqual({ passed: 0, failed: 1 });
});

test("a file that does not load has failed", () => {
  expect(count(report(file("failed"), file("passed", "passed")), 1, false)).toEqual({ passed: 1, failed: 1 });
});

test("nothing is skipped in silence, except by a filter", () => {
  const result = report(file("passed", "passed", "pending", "todo", "skipped"));
  expect(count(result, 0, false)).toEqual({ passed: 1, failed: 3 });
  expect(count(result, 0, true)).toEqual({ passed: 1, failed: 0 });
});

test("an error outside of any test has failed", () => {
  expect(count(report(file("passed", "passed")), 1, false)).toEqual({ passed: 1, failed: 1 });
});

test("a part that throws has failed, and the next one runs", async () => {
  const parts = [
    { name: "a", run: () => Promise.reject(new Error("no")) },
    { name: "b", run: async () => ({ passed: 2, failed: 0 }) },
  ];
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  const total = await runParts(parts).finally(() => said.mockRestore());
  expect(total).toEqual({ passed: 2, failed: 1 });
});
