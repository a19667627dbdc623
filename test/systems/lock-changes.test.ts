import { expect, test } from "vitest";
import { emptyLock, type Lock } from "../../src/systems/lock.ts";
import { lockChanges } from "../../src/systems/lock-changes.ts";
import { locked } from "./locked.ts";

const lockOf = (versions: Readonly<Record<string, string>>): Lock => {
  const packages = Object.entries(versions).map(([name, version]) => locked(name, version));
  return { format: 1, suites: { trixie: { arch: "amd64", epoch: 0, base: [], systems: [], packages } } };
};

test("what an update changes: newer, new and gone, and nothing of what stays", () => {
  const before = lockOf({ nginx: "1.0", same: "2", gone: "3" });
  const after = lockOf({ nginx: "1.1", same: "2", added: "4" });
  expect(lockChanges(before, after)).toEqual([
    { suite: "trixie", name: "added", from: null, to: "4" },
    { suite: "trixie", name: "gone", from: "3", to: null },
    { suite: "trixie", name: "nginx", from: "1.0", to: "1.1" },
  ]);
  expect(lockChanges(after, after)).toEqual([]);
  expect(lockChanges(emptyLock, lockOf({ a: "1" }))).toHaveLength(1);
});

test("images are told by their digests, in full: what a registry is asked for", () => {
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
  const images = (pinned: string): Lock => ({ ...emptyLock, images: { "nginx:1.27": pinned } });
  const [before, after] = [images(`docker.io/library/nginx@${digest("a")}`), images(digest("b"))];
  expect(lockChanges(before, after)).toEqual([
    { suite: "image", name: "nginx:1.27", from: digest("a"), to: digest("b") },
  ]);
  expect(lockChanges(before, emptyLock)).toEqual([{ suite: "image", name: "nginx:1.27", from: digest("a"), to: null }]);
});
