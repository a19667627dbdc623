import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StowageError } from "../../src/error.ts";
import { flipSymlink, writeFileAtomic } from "../../src/store/files.ts";
import { openState } from "../../src/store/format.ts";
import {
  currentGeneration,
  listGenerations,
  readGeneration,
  removeGeneration,
  setCurrentGeneration,
  writeGeneration,
} from "../../src/store/generations.ts";
import { defaultLayout, type Layout, storeDir, storePath } from "../../src/store/layout.ts";
import { takeSwitchLock } from "../../src/store/lock.ts";
import { storeName } from "../../src/store/names.ts";
import { addPath, addPaths, has, listStore, removeLeftovers } from "../../src/store/store.ts";

let place: string;
let layout: Layout;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-store-"));
  layout = { ...defaultLayout, state: join(place, "state"), run: join(place, "run") };
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const name = storeName({ a: 1 }, "thing");
const other = storeName({ a: 2 }, "thing");
const entries = () => readdirSync(storeDir(layout)).filter((entry) => entry !== ".lock");
const problemOf = async (work: () => unknown) => {
  try {
    await work();
  } catch (error) {
    return { ...(error as StowageError).problems[0], exitCode: (error as StowageError).exitCode };
  }
  throw new Error("it did not fail");
};

describe("adding a path", () => {
  test("it appears whole, and only once", async () => {
    const made = await addPath(layout, name, (directory) => {
      expect(has(layout, name)).toBe(false);
      writeFileSync(join(directory, "text"), "hello");
    });
    expect(made).toBe(true);
    expect(readFileSync(`${storePath(layout, name)}/text`, "utf8")).toBe("hello");
    expect(statSync(storePath(layout, name)).mode & 0o777).toBe(0o755);
    expect(await addPath(layout, name, () => expect.unreachable())).toBe(false);
    expect(entries()).toEqual([name]);
    expect(listStore(layout)).toEqual([name]);
  });
  test("a failed build leaves nothing, and its error is the builder's", async () => {
    const failing = addPaths(layout, [
      { name, make: (directory) => writeFileSync(join(directory, "x"), "") },
      { name: other, make: () => Promise.reject(new Error("no luck")) },
    ]);
    await expect(failing).rejects.toThrow("no luck");
    expect(entries()).toEqual([]);
  });
  test("who loses a race throws its own away", async () => {
    const made = await addPath(layout, name, async (directory) => {
      writeFileSync(join(directory, "text"), "slow");
      await addPath(layout, name, (faster) => writeFileSync(join(faster, "text"), "fast"));
    });
    expect(made).toBe(false);
    expect(readFileSync(`${storePath(layout, name)}/text`, "utf8")).toBe("fast");
    expect(entries()).toEqual([name]);
  });
  test("a name that leads out of the store is refused", async () => {
    const problem = await problemOf(() => addPath(layout, "../../etc", () => undefined));
    expect(problem.code).toBe("bad-store-name");
  });
});

describe("leftovers", () => {
  test("go when their lock is free, and stay when it is held", async () => {
    await addPath(layout, name, async () => {
      mkdirSync(`${storeDir(layout)}/.building-1-dead`);
      expect(await removeLeftovers(layout)).toEqual([".building-1-dead"]);
      expect(entries()).toHaveLength(1);
    });
    expect(has(layout, name)).toBe(true);
  });
  test("go with the next build", async () => {
    mkdirSync(`${storeDir(layout)}/.building-9-x/deep`, { recursive: true });
    await addPath(layout, name, () => undefined);
    expect(entries()).toEqual([name]);
  });
});

describe("the switch lock", () => {
  test("is held by one, and tells the second who holds it", async () => {
    const lock = await takeSwitchLock(layout, "switch");
    const problem = await problemOf(() => takeSwitchLock(layout, "rollback"));
    expect(problem).toMatchObject({ code: "busy", exitCode: 75 });
    expect(problem.message).toMatch(
      new RegExp(
        `^process ${process.pid} \\(switch\\) is changing this machine, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$`,
      ),
    );
    expect(problem.hint).toContain("stowage rollback --wait");
    lock.release();
    (await takeSwitchLock(layout, "rollback")).release();
  });
  test("is not inherited by programs that we start, and is free when its holder is killed", async () => {
    const lock = await takeSwitchLock(layout, "switch");
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    lock.release();
    (await takeSwitchLock(layout, "switch")).release();
    child.kill("SIGKILL");
  });
});

describe("the format file", () => {
  test("is written once; a newer number is refused", async () => {
    openState(layout);
    expect(readFileSync(`${layout.state}/format`, "utf8")).toBe("1\n");
    expect(statSync(layout.state).mode & 0o777).toBe(0o700);
    openState(layout);
    writeFileSync(`${layout.state}/format`, "2\n");
    expect((await problemOf(() => openState(layout))).code).toBe("newer-format");
    expect((await problemOf(() => addPath(layout, name, () => undefined))).code).toBe("newer-format");
    expect(existsSync(storeDir(layout))).toBe(false);
    writeFileSync(`${layout.state}/format`, "one");
    expect((await problemOf(() => openState(layout))).code).toBe("bad-format");
  });
});

describe("files", () => {
  test("are replaced whole, with their mode, and leave no temporary file", () => {
    const file = join(place, "file");
    writeFileAtomic(file, "one", 0o600);
    writeFileAtomic(file, "two", 0o644);
    expect(readFileSync(file, "utf8")).toBe("two");
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(readdirSync(place)).toEqual(["file"]);
  });
  test("what a process of the same number has left, or somebody put there, is neither in the way nor written to", () => {
    const temporary = join(place, `file.stowage-${process.pid}`);
    writeFileSync(join(place, "elsewhere"), "mine");
    symlinkSync(join(place, "elsewhere"), temporary);
    writeFileAtomic(join(place, "file"), "one");
    writeFileSync(temporary, "half");
    writeFileAtomic(join(place, "file"), "two");
    symlinkSync("nowhere", join(place, "current.new"));
    flipSymlink(join(place, "current"), "1");
    expect(readdirSync(place).sort()).toEqual(["current", "elsewhere", "file"]);
    expect([readFileSync(join(place, "file"), "utf8"), readFileSync(join(place, "elsewhere"), "utf8")]).toEqual([
      "two",
      "mine",
    ]);
  });
  test("a directory in the way is an error, and nothing is left beside it", () => {
    mkdirSync(join(place, "file", "inner"), { recursive: true });
    expect(() => writeFileAtomic(join(place, "file"), "x")).toThrow();
    expect(readdirSync(place)).toEqual(["file"]);
  });
  test("a symlink is turned without a gap", () => {
    flipSymlink(join(place, "current"), "1");
    flipSymlink(join(place, "current"), "2");
    expect(readdirSync(place)).toEqual(["current"]);
  });
});

describe("generations", () => {
  const generation = { format: 1, id: "ab".repeat(16) } as const;
  test("are numbered from 1, and the last is not current before it is made so", () => {
    expect(currentGeneration(layout)).toBeNull();
    expect(writeGeneration(layout, generation)).toBe(1);
    expect(currentGeneration(layout)).toBeNull();
    setCurrentGeneration(layout, 1);
    expect(writeGeneration(layout, generation)).toBe(2);
    expect([currentGeneration(layout), listGenerations(layout)]).toEqual([1, [1, 2]]);
    expect(readGeneration(layout, 2)).toEqual(generation);
  });
  test("a removed number does not come back; the current one cannot be removed", async () => {
    writeGeneration(layout, generation);
    writeGeneration(layout, generation);
    setCurrentGeneration(layout, 1);
    expect((await problemOf(() => removeGeneration(layout, 1))).code).toBe("generation-in-use");
    removeGeneration(layout, 2);
    expect(listGenerations(layout)).toEqual([1]);
    expect((await problemOf(() => setCurrentGeneration(layout, 2))).code).toBe("bad-generation");
    expect(writeGeneration(layout, generation)).toBe(3);
  });
  test.each([
    ["not JSON", "{"],
    ["another format", '{"format": 2, "id": "abababababababababababababababab"}'],
    ["no id", '{"format": 1}'],
    ["null", "null"],
  ])("%s is refused, naming the file", async (_, text) => {
    writeGeneration(layout, generation);
    writeFileSync(`${layout.state}/generations/1/generation.json`, text);
    const problem = await problemOf(() => setCurrentGeneration(layout, 1));
    expect(problem.code).toBe("bad-generation");
    expect(problem.message).toContain("generations/1/generation.json");
    expect(currentGeneration(layout)).toBeNull();
  });
});
