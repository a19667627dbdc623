import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { treeHash } from "../../src/store/tree-hash.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-hash-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function makeTree(name: string): string {
  const tree = join(place, name);
  mkdirSync(join(tree, "b"), { recursive: true });
  writeFileSync(join(tree, "b", "file"), "text");
  writeFileSync(join(tree, "a"), "text");
  symlinkSync("a", join(tree, "link"));
  for (const path of ["b/file", "a", "b", "."]) utimesSync(join(tree, path), 1000, 1000);
  return tree;
}
/** Symlinks keep the time of their making: both trees are compared without it. */
const parts = ["a", "b"];

describe("the tree hash", () => {
  test("is that of the tree while others link its files, which changes nothing but their times of change", async () => {
    const tree = makeTree("linked");
    writeFileSync(join(tree, "b", "large"), Buffer.alloc(64 * 2 ** 20, "x"));
    utimesSync(join(tree, "b", "large"), 1000, 1000);
    const quiet = await treeHash(tree, parts);
    let links = 0;
    const linking = setInterval(() => linkSync(join(tree, "b", "large"), join(place, `link-${links++}`)), 5);
    const ended = setTimeout(() => clearInterval(linking), 1000);
    try {
      expect(await treeHash(tree, parts)).toBe(quiet);
      expect(links).toBeGreaterThan(3);
    } finally {
      clearTimeout(ended);
      clearInterval(linking);
    }
  });

  test("is equal for equal trees, wherever they are", async () => {
    const one = await treeHash(makeTree("one"), parts);
    expect(await treeHash(makeTree("another-name"), parts)).toBe(one);
  });
  test("does not see that files share an inode", async () => {
    const before = await treeHash(makeTree("one"), parts);
    const shared = makeTree("two");
    rmSync(join(shared, "a"));
    linkSync(join(shared, "b", "file"), join(shared, "a"));
    for (const path of ["b", "."]) utimesSync(join(shared, path), 1000, 1000);
    expect(await treeHash(shared, parts)).toBe(before);
  });

  const restamp = (path: string) => utimesSync(path, 1000, 1000);
  const changes: [string, (tree: string) => void][] = [
    ["a byte", (tree) => writeFileSync(join(tree, "a"), "texT")],
    ["a name", (tree) => renameSync(join(tree, "b", "file"), join(tree, "b", "file2"))],
    ["a mode", (tree) => chmodSync(join(tree, "a"), 0o600)],
    ["a setuid bit", (tree) => chmodSync(join(tree, "a"), 0o4644)],
    ["a new file", (tree) => writeFileSync(join(tree, "b", "new"), "")],
    ["a removed file", (tree) => rmSync(join(tree, "b", "file"))],
    [
      "a link in the place of a file",
      (tree) => {
        rmSync(join(tree, "a"));
        symlinkSync("b/file", join(tree, "a"));
      },
    ],
  ];
  test.each(changes)("sees %s", async (_, change) => {
    const before = await treeHash(makeTree("one"), parts);
    const tree = makeTree("two");
    change(tree);
    for (const path of ["a", "b/file", "b"]) {
      try {
        restamp(join(tree, path));
      } catch {
        // The change was its removal.
      }
    }
    expect(await treeHash(tree, parts)).not.toBe(before);
  });
  test("sees a time", async () => {
    const before = await treeHash(makeTree("one"), parts);
    const tree = makeTree("two");
    utimesSync(join(tree, "a"), 1000, 1001);
    expect(await treeHash(tree, parts)).not.toBe(before);
  });
  test.skipIf(process.getuid?.() !== 0)("sees an owner", async () => {
    const before = await treeHash(makeTree("one"), parts);
    const tree = makeTree("two");
    chownSync(join(tree, "a"), 0, 5);
    restamp(join(tree, "a"));
    expect(await treeHash(tree, parts)).not.toBe(before);
  });
  test("a directory that is not there is an error, not the hash of nothing", async () => {
    await expect(treeHash(join(place, "none"))).rejects.toThrow("tar failed");
  });
});
