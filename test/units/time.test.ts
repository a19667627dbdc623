import { expect, test } from "vitest";
import { secondsOf } from "../../src/units/index.ts";

test.each([
  ["90", 90],
  ["5min 20s", 320],
  ["1d12h", 129_600],
  ["1.5h", 5400],
  ["100ms", 0.1],
  ["100ms 200ms", 0.3],
  ["30 s", 30],
  ["1M", 2_629_800],
  ["1m", 60],
  ["infinity", Number.POSITIVE_INFINITY],
])("%s", (span, seconds) => {
  expect(secondsOf(span)).toBe(seconds);
});
