import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSources, sourceLimit } from "../../src/cli/sources.ts";
import { World } from "./world.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-sources-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const read = (path: string) => readSources([{ path, option: ["x"] }], place).get(path);

test("any bytes come back as they are", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        writeFileSync(join(place, "file"), bytes);
        const found = read("file");
        if (found === undefined || "problem" in found) throw new Error("not read");
        expect(Buffer.from(found.content, found.encoding)).toEqual(Buffer.from(bytes));
      },
    ),
    { numRuns: 100 },
  );
});

test("text is text, also with a byte order mark and zeros; what it is called, and whether it can be run", () => {
  writeFileSync(join(place, "a"), "\ufeffä\0\n");
  writeFileSync(join(place, "b"), Buffer.from([0xff]));
  chmodSync(join(place, "b"), 0o755);
  expect(read("./a")).toEqual({ content: "\ufeffä\0\n", encoding: "utf8", executable: false });
  expect(read(join(place, "b"))).toEqual({ content: "/w==", encoding: "base64", executable: true });
});

test("what cannot be a source", () => {
  mkdirSync(join(place, "directory"));
  execFileSync("mkfifo", [join(place, "pipe")]);
  writeFileSync(join(place, "full"), "");
  truncateSync(join(place, "full"), sourceLimit);
  writeFileSync(join(place, "large"), "");
  truncateSync(join(place, "large"), sourceLimit + 1);
  const problem = (path: string) => {
    const found = read(path);
    return found !== undefined && "problem" in found ? found.problem : null;
  };
  expect(problem("directory")).toMatchObject({
    code: "source-is-directory",
    message: "directory is a directory, and a source is a file",
  });
  expect(problem("pipe")).toMatchObject({ code: "source-is-no-file" });
  expect(problem("full")).toBeNull();
  expect(problem("large")).toMatchObject({ code: "source-too-large", message: "large has more than 8 MiB" });
  // Endless, of no size that a file system would say.
  expect(problem("/dev/zero")).toMatchObject({ code: "source-is-no-file" });
  expect(problem("gone")).toEqual({
    code: "unreadable-source",
    message: "gone does not exist",
    details: [`it is ${place}/gone: a relative path begins at the directory of host.ts`],
  });
  expect(problem("/nowhere/at/all")).toEqual({ code: "unreadable-source", message: "/nowhere/at/all does not exist" });
  expect(problem("full/x")).toMatchObject({ code: "unreadable-source", message: expect.stringMatching(/ENOTDIR/) });
});

test("a path is relative to the directory of host.ts, and a wrong one is told with its line", async () => {
  const world = new World();
  world.env = { ...world.env, STOWAGE_CACHE_DIR: `${world.directory}/cache` };
  try {
    mkdirSync(`${world.directory}/site`);
    writeFileSync(`${world.directory}/site/page`, "x");
    const host = (source: string) =>
      writeFileSync(
        `${world.directory}/site/host.ts`,
        `import { defineHost } from "stowage";
export default defineHost({
  containers: { web: { config: { environment: { etc: {
    page: { source: "${source}" },
  } } } } },
});
`,
      );
    host("./page");
    expect(await world.run("check", "-c", "site/host.ts")).toMatchObject({ code: 0 });
    host("page2");
    const { code, err } = await world.run("check", "-c", "site/host.ts");
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining("site/host.ts:4:13") });
    expect(err).toContain("page2 does not exist");
  } finally {
    world.end();
  }
});
