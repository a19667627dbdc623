import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signalNumber } from "../../src/host/signals.ts";

describe("signals by name", () => {
  test.each([
    ["KILL", 9],
    ["sigkill", 9],
    ["9", 9],
    ["HUP", 1],
    ["SIGRTMIN+3", 37],
    ["RTMIN", 34],
    ["rtmax-1", 63],
    ["64", 64],
  ])("%s", (text, number) => expect(signalNumber(text)).toBe(number));

  test.each(["", "0", "65", "NOPE", "SIG", "RTMIN-1", "RTMAX+1", "RTMIN+99", "-9", "9 ", "toString", "SIGSIGHUP"])(
    "%j is none",
    (text) => expect(signalNumber(text)).toBeNull(),
  );

  test("property: whatever is asked for is a signal of Linux, or nothing", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const number = signalNumber(text);
        return number === null || (Number.isInteger(number) && number >= 1 && number <= 64);
      }),
    );
  });
});
