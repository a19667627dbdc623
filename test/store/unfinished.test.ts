import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { takeSwitchLock } from "../../src/store/lock.ts";
import { removeUnfinished } from "../../src/store/unfinished.ts";

let place: string;
let layout: Layout;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-unfinished-"));
  layout = {
    ...defaultLayout,
    state: join(place, "state"),
    run: join(place, "run"),
    cache: join(place, "state/cache"),
  };
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const halfMade = [
  "switch.json.stowage-12",
  "generations/.new-abcdef/generation.json.stowage-12",
  "generations/current.new",
  "generations/active.new",
  "generations/3/switched.stowage-12",
  "containers/web/root.new-12/etc/hostname",
  "containers/web/declared/.new-12/etc/motd",
  "containers/web/declared/current.new",
  `containers/web/declared/order-${"a".repeat(32)}.stowage-12`,
  "store/.building-12-abcdef/x",
  // Of processes that are no more: there are no such numbers.
  `cache/load/${"a".repeat(32)}.json.4194399`,
  "cache/code/abc-v20-x64-switch.4194399",
];
const whole = [
  "switch.json",
  "generations/3/generation.json",
  "generations/3/switched",
  "containers/web/root/x.stowage-12",
  `containers/web/declared/order-${"a".repeat(32)}`,
  `store/${"0".repeat(32)}-web/file.new`,
  `store/.removed-${"0".repeat(32)}-web/file`,
  `cache/load/${"a".repeat(32)}.json`,
  `cache/load/${"a".repeat(32)}.json.${process.pid}`,
];

function make(paths: readonly string[]): void {
  for (const path of paths.map((one) => join(layout.state, one))) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "x");
  }
}
const there = (paths: readonly string[]) => paths.filter((path) => existsSync(join(layout.state, path)));

test("what a run that was cut short left half made goes, and nothing else", async () => {
  await removeUnfinished(layout);
  make([...halfMade, ...whole]);
  await removeUnfinished(layout);
  expect(there(halfMade)).toEqual([]);
  expect(there(whole)).toEqual(whole);
});

test("it goes with the next lock if the former holder did not come to its end, and only then", async () => {
  const first = await takeSwitchLock(layout, "switch");
  first.done();
  first.release();
  make(halfMade);
  const second = await takeSwitchLock(layout, "switch");
  expect(there(halfMade)).toEqual(halfMade);
  second.release();
  (await takeSwitchLock(layout, "gc")).release();
  expect(there(halfMade)).toEqual([]);
});

test("and with the first lock of a boot, of which nobody knows what was before", async () => {
  make(halfMade);
  const lock = await takeSwitchLock(layout, "switch");
  expect(there(halfMade)).toEqual([]);
  expect(readFileSync(`${layout.run}/lock`, "utf8")).toContain(`${process.pid} switch `);
  lock.release();
});
