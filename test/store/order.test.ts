import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { orderBegins, ordersIn, orderText, removeOrders, writeOrder } from "../../src/store/order.ts";

const [from, run] = [`${"0".repeat(32)}-web`, "a".repeat(32)];
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stowage-order-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("one line for each unit; one that replaces another's is exchanged where that runs", () => {
  const lines = [
    { verb: "stop", unit: "a.service" },
    { verb: "start", unit: "b.service", by: ["x.target", "y.target"], replaces: true } as const,
    { verb: "start", unit: "c.service", by: ["x.target"] },
  ];
  expect(orderText({ from, lines, refuse: null })).toBe(
    `from ${from}\nstop a.service\nexchange b.service\nstart b.service x.target y.target\nstart c.service x.target\n`,
  );
  expect(orderText({ from, lines: [], refuse: "its packages changed" })).toBe(
    `from ${from}\nrefuse its packages changed\n`,
  );
});

test("an order is found by the run that it is for, and goes with the others", () => {
  expect(ordersIn(join(directory, "none"))).toEqual([]);
  writeOrder(directory, run, { from, lines: [], refuse: null });
  writeFileSync(`${directory}/order-${"b".repeat(32)}`, "from ../../etc\n");
  writeFileSync(`${directory}/order-x`, "");
  writeFileSync(`${directory}/current`, "");
  expect(ordersIn(directory).sort()).toEqual([run, "b".repeat(32)]);
  expect(orderBegins(directory, run)).toBe(from);
  expect(orderBegins(directory, "b".repeat(32))).toBeNull();
  removeOrders(directory);
  expect(ordersIn(directory)).toEqual([]);
});
