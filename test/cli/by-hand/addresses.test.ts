import { describe, expect, test } from "vitest";
import { freeAddresses, isPool } from "../../../src/cli/by-hand/addresses.ts";
import { requireName, uniqueName } from "../../../src/cli/by-hand/names.ts";

const local = (texts: string[], networks: string[] = []) => freeAddresses({ texts, networks }).localAddress;

describe("addresses for containers by hand", () => {
  test("the first pair that nobody has", () => {
    expect(local([])).toBe("10.233.1.2");
    expect(local(['{"hostAddress":"10.233.1.1"}'])).toBe("10.233.2.2");
    expect(local(["10.233.1.2/24"], ["10.233.2.0/24"])).toBe("10.233.3.2");
    expect(local(["110.233.1.2", "10.233.1", "1.10.233.1.2"])).toBe("10.233.1.2");
    expect(local([], ["10.233.0.0/22"])).toBe("10.233.4.2");
    expect(local([], ["10.233.1.1/32", "10.233.2.2/32"])).toBe("10.233.3.2");
    expect(local([], ["fd00::1/64", "192.0.2.0/24"])).toBe("10.233.1.2");
  });

  test("the last, and then none", () => {
    const taken = Array.from({ length: 253 }, (_, at) => `10.233.${at + 1}.1`);
    expect(freeAddresses({ texts: taken, networks: [] })).toStrictEqual({
      hostAddress: "10.233.254.1",
      localAddress: "10.233.254.2",
    });
    expect(() => local([...taken, "10.233.254.2"])).toThrow("out of addresses");
    expect(() => local([], ["10.0.0.0/8"])).toThrow("out of addresses");
  });

  test("another pool", () => {
    const from = (pool: string, ...texts: string[]) => freeAddresses({ texts, networks: ["10.99.2.0/24"] }, pool);
    expect(from("10.99", "10.233.1.1", "10x99.1.1")).toStrictEqual({
      hostAddress: "10.99.1.1",
      localAddress: "10.99.1.2",
    });
    expect(from("10.99", "10.99.1.1").localAddress).toBe("10.99.3.2");
    expect(["10.99", "192.168", "1.0"].map(isPool)).toEqual([true, true, true]);
    expect(["", "10", "10.256", "10.9.1", "0.1", "127.1", "224.0", "10.", "a.b", "10.99\n"].map(isPool)).toEqual(
      Array(10).fill(false),
    );
  });
});

describe("names of containers by hand", () => {
  test("unique ones are counted from 0", () => {
    const taken = new Set(["foo-0", "foo-1", "foo-3"]);
    expect(uniqueName("foo", (name) => taken.has(name))).toBe("foo-2");
  });

  test.each(["", "..", "a/b", "a_b", "-a", "a-", "a".repeat(64), "a\n", "ä", "a b"])(
    "no name of a system: %j",
    (name) => {
      expect(() => requireName(name, "system")).toThrow("cannot be the name of a container");
    },
  );

  test.each(["a", "web", "3", "A-1", "a".repeat(63), "longer-than-eleven"])("a name: %s", (name) => {
    expect(() => requireName(name, "system")).not.toThrow();
  });
});
