import { describe, expect, test } from "vitest";
import { StowageError } from "../../src/error.ts";
import { asDiskError, diskErrors } from "../../src/store/disk-errors.ts";

const errno = (code: string, more: object = {}) => Object.assign(new Error(`${code}: it failed`), { code, ...more });
const problemOf = (error: unknown) => (error instanceof StowageError ? error.problems[0] : undefined);
const failed = (...details: string[]) =>
  new StowageError({ code: "command-failed", message: "cp failed with exit status 1", details });

describe("a disk's answer in words", () => {
  test.each([
    ["ENOSPC", "disk-full", "no space is left"],
    ["EDQUOT", "disk-full", "the disk quota is used up"],
    ["EROFS", "read-only", "the file system is read-only"],
    ["EIO", "disk-error", "the disk has failed"],
  ])("%s", (code, name, why) => {
    const problem = problemOf(asDiskError(errno(code, { path: "/a", dest: "/b" })));
    expect(problem).toMatchObject({ code: name, message: `/b cannot be written: ${why}`, hint: expect.any(String) });
    expect(problem?.details).toEqual([`${code}: it failed`]);
    expect(problemOf(asDiskError(errno(code)))?.message).toContain("a file cannot be written");
  });

  test.each(["No space left on device", "Disk quota exceeded", "Read-only file system", "Input/output error"])(
    "a program's: %s",
    async (words) => {
      const error = failed("$ cp a b", `cp: cannot create 'b': ${words}`);
      const told = await diskErrors("/place", () => Promise.reject(error)).catch((one: unknown) => one);
      expect(problemOf(told)?.message).toMatch(/^\/place cannot be written: /);
      // Whoever calls that knows less of where it was.
      expect(await diskErrors("/", () => Promise.reject(told)).catch((one: unknown) => one)).toBe(told);
    },
  );

  test("everything else stays what it is", () => {
    for (const error of [errno("ENOENT"), errno("EACCES"), new TypeError("x"), failed("no such file"), null]) {
      expect(asDiskError(error)).toBe(error);
    }
  });
});
