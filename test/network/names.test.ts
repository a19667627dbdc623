import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extraInterface, hostInterface, macAddress, macvlanInterface, routeMetric } from "../../src/network/index.ts";

const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);

describe("the host's interface", () => {
  test.each(["first", "second", "exactly12chr"])("%s keeps its name", (container) => {
    expect(hostInterface(container)).toEqual({
      name: `ve-${container}`,
      altname: null,
      handle: `ve-${container}`,
    });
  });

  test("long names with one beginning stay apart, and carry the full name as altname (T9)", () => {
    const [a, b] = [hostInterface("really-long-name"), hostInterface("really-long-long-name-2")];
    expect(a).toMatchObject({ name: expect.stringMatching(/^ve-reall_[a-z0-9]{6}$/), altname: "ve-really-long-name" });
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

test("on a bridge it is called vb-", () => {
  expect(hostInterface("web", "vb").name).toBe("vb-web");
  expect(hostInterface("really-long-name", "vb")).toMatchObject({ altname: "vb-really-long-name" });
});

test("our commands call a further link by a name that nobody else gives to an interface", () => {
  expect(extraInterface("web", "eth0")).toEqual({ name: "eth0", altname: "ve-web.eth0", handle: "ve-web.eth0" });
  expect(hostInterface("really-long-name").handle).toMatch(/^ve-reall_/);
});

test("macvlans are named after their interface", () => {
  expect(macvlanInterface("eth1")).toBe("mv-eth1");
  expect(macvlanInterface("enp0s31f6-long1")).toMatch(/^mv-enp0s_\w{6}$/);
});

test("metrics differ by interface, are none of the kernel's own, and fit", () => {
  expect(routeMetric("br0")).not.toBe(routeMetric("br1"));
  fc.assert(
    fc.property(fc.string(), (name) => {
      expect(routeMetric(name)).toBeGreaterThan(1024);
      expect(routeMetric(name)).toBeLessThan(2 ** 32);
    }),
  );
});

test("MAC addresses differ by host, where the same container may be on one network twice", () => {
  expect(macAddress("web", "inside", "a")).not.toBe(macAddress("web", "inside", "b"));
  expect(macAddress("web", "inside", "a")).toBe(macAddress("web", "inside", "a"));
});

test("MAC addresses are fixed, local, unicast, and differ by container and end", () => {
  expect(macAddress("web", "inside")).toBe(macAddress("web", "inside"));
  expect(macAddress("web", "inside")).toMatch(/^02(:[0-9a-f]{2}){5}$/);
  const all = ["web", "db"].flatMap((c) => [macAddress(c, "host"), macAddress(c, "inside")]);
  expect(new Set(all).size).toBe(4);
});
