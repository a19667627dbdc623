import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostInterface, macAddress } from "../../src/network/index.ts";

const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);

describe("the host's interface", () => {
  test.each(["first", "second", "exactly12chr"])("%s keeps its name", (container) => {
    expect(hostInterface(container)).toEqual({ name: `ve-${container}`, altname: null });
  });

  test("long names with one beginning stay apart, and carry the full name as altname (T9)", () => {
    const [a, b] = [hostInterface("really-long-name"), hostInterface("really-long-long-name-2")];
    expect(a).toEqual({ name: expect.stringMatching(/^ve-reall_[a-z0-9]{6}$/), altname: "ve-really-long-name" });
    expect(b.altname).toBe("ve-really-long-long-name-2");
    expect(b.name).not.toBe(a.name);
  });

  test("always fits, and never is the full name of another container", () => {
    fc.assert(
      fc.property(name, (container) => {
        const { name: short, altname } = hostInterface(container);
        expect(short.length).toBeLessThanOrEqual(15);
        expect(altname !== null).toBe(short.includes("_"));
      }),
    );
  });
});

test("MAC addresses are fixed, local, unicast, and differ by container and end", () => {
  expect(macAddress("web", "inside")).toBe(macAddress("web", "inside"));
  expect(macAddress("web", "inside")).toMatch(/^02(:[0-9a-f]{2}){5}$/);
  const all = ["web", "db"].flatMap((c) => [macAddress(c, "host"), macAddress(c, "inside")]);
  expect(new Set(all).size).toBe(4);
});
