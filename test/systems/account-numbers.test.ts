import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AccountRequest,
  bands,
  hasNumbers,
  type LockedAccounts,
  noAccounts,
  type RequestedNumber,
  withNumbers,
} from "../../src/systems/account-numbers.ts";
import { emptyLock } from "../../src/systems/lock.ts";
import { parseLock, renderLock } from "../../src/systems/lock-text.ts";

const system = (name: string, number: number | null = null): RequestedNumber => ({ name, band: "system", number });
const normal = (name: string): RequestedNumber => ({ name, band: "normal", number: null });
const ask = (users: RequestedNumber[], groups: RequestedNumber[] = []): AccountRequest => ({ users, groups });

describe("numbers of declared accounts", () => {
  test("are given by name in sorted order, and a group has that of its user", () => {
    const given = withNumbers(noAccounts, ask([system("web"), normal("alice"), system("app")], [system("web")]));
    expect(given).toEqual({ users: { alice: 2000, app: 500, web: 501 }, groups: { web: 501 } });
  });
  test("a name keeps its number when it goes, and when it comes back", () => {
    const first = withNumbers(noAccounts, ask([system("app"), system("web")]));
    const second = withNumbers(first, ask([system("aaa")]));
    expect(second.users).toEqual({ aaa: 502, app: 500, web: 501 });
    expect(withNumbers(second, ask([system("app")]))).toBe(second);
  });
  test("one that is said is taken down, and given to nobody else", () => {
    expect(withNumbers(noAccounts, ask([system("app"), system("web", 500)])).users).toEqual({ app: 501, web: 500 });
    // Said by two: the map has one of them, each container has what it says.
    expect(withNumbers(noAccounts, ask([system("a", 700), system("b", 700)])).users).toEqual({ a: 700, b: 500 });
    expect(withNumbers({ users: { web: 500 }, groups: {} }, ask([system("web", 600), system("app")])).users).toEqual({
      app: 501,
      web: 500,
    });
  });
  test("one outside of our bands is not taken down: it may be a mistake", () => {
    const asked = ask([system("app", 33)], [system("app")]);
    expect(withNumbers(noAccounts, asked)).toEqual({ users: {}, groups: { app: 500 } });
    expect(withNumbers(noAccounts, ask([system("app", 33)]))).toBe(noAccounts);
  });
  test("when there are none left it is said", () => {
    const users = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`u${at}`, 500 + at]));
    expect(() => withNumbers({ users, groups: {} }, ask([system("more")]))).toThrow("500 to 899");
  });

  const name = fc.constantFrom("app", "web", "db", "alice", "bob", "constructor", "z");
  const request = fc.record({
    name,
    band: fc.constantFrom("system" as const, "normal" as const),
    number: fc.option(fc.integer({ min: 498, max: 503 }), { nil: null }),
  });
  const step = fc.record({ users: fc.array(request), groups: fc.array(request) });

  test("whatever is added and removed, in whatever order: a number is one name's for ever", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        let map: LockedAccounts = noAccounts;
        for (const asked of steps) {
          const next = withNumbers(map, asked);
          expect(hasNumbers(next, asked)).toBe(true);
          for (const kind of ["users", "groups"] as const) {
            expect(next[kind]).toMatchObject(map[kind]);
            const numbers = Object.values(next[kind]);
            expect(new Set(numbers).size).toBe(numbers.length);
          }
          map = next;
        }
      }),
    );
  });
  test("the order in which containers and modules ask does not matter", () => {
    const quiet = request.map((one) => ({ ...one, number: null, band: "system" as const }));
    fc.assert(
      fc.property(fc.array(quiet), (asked) => {
        expect(withNumbers(noAccounts, ask(asked.toReversed()))).toEqual(withNumbers(noAccounts, ask(asked)));
      }),
    );
  });
  test("none of ours is in a range that another program gives numbers from first", () => {
    for (const [first, last] of Object.values(bands)) {
      for (const other of [100, 999, 1000, 60001, 65534]) expect(other < first || other > last).toBe(true);
    }
  });
});

describe("in the lock file", () => {
  const accounts = { users: { app: 500, alice: 2000 }, groups: { web: 501 } };
  test("read back as written; one without them has none", () => {
    expect(parseLock(renderLock({ ...emptyLock, accounts }), "x").accounts).toEqual(accounts);
    expect(parseLock(renderLock(emptyLock), "x")).toEqual(emptyLock);
    expect(renderLock(emptyLock)).not.toContain("accounts");
  });
  test.each([
    [{ users: { app: "x" }, groups: {} }, "accounts.users.app is not a whole number"],
    [{ users: { "A b": 1 }, groups: {} }, "strange name"],
    [{ users: { a: 500, b: 500 }, groups: {} }, "accounts.users has the number of a twice"],
    [{ users: {} }, "accounts.groups is not an object"],
  ])("%j is refused", (value, why) => {
    const text = JSON.stringify({ format: 1, suites: {}, accounts: value });
    expect(() => parseLock(text, "stowage.lock")).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ details: [expect.stringContaining(why)] })] }),
    );
  });
});
