import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { written } from "../../../src/cli/by-hand/definition.ts";
import { Code } from "../../../src/cli/by-hand/literal.ts";
import { inWordsOf, keepLock, stage, unstage } from "../../../src/cli/by-hand/staging.ts";
import { type Problem, StowageError } from "../../../src/error.ts";
import { defaultLayout, type Layout } from "../../../src/store/layout.ts";

let directory: string;
let layout: Layout;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/stowage-staging-`);
  layout = { ...defaultLayout, run: `${directory}/run` };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const one = written({
  name: "web",
  kind: "system",
  options: { path: "/srv/x", config: new Code("{\n  a: 1 }", { file: "--config", line: 1 }) },
  saidBy: { path: "--system-path" },
});
const lineOf = (text: string) => one.text.split("\n").findIndex((line) => line.includes(text)) + 1;

async function told(problem: Problem): Promise<Problem | undefined> {
  const given = { written: one, file: "/run/x/web.ts", kept: "/etc/stowage/made/web.ts" };
  const work = () => Promise.reject(new StowageError(problem, { exitCode: 7 }));
  const error = await inWordsOf(given, work).catch((error: unknown) => error);
  expect((error as StowageError).exitCode).toBe(7);
  return (error as StowageError).problems[0];
}

describe("a definition that is tried", () => {
  test("is root's alone, beside a copy of what is locked; the former one is gone", () => {
    const kept = `${directory}/stowage.lock`;
    stage(layout, "old", "x", kept);
    writeFileSync(kept, "locked");
    const staged = stage(layout, "web", "text", kept);
    expect([readFileSync(staged.file, "utf8"), readFileSync(staged.lockFile, "utf8")]).toStrictEqual([
      "text",
      "locked",
    ]);
    expect(statSync(`${directory}/run/making`).mode & 0o777).toBe(0o700);
    expect(existsSync(`${directory}/run/making/old.ts`)).toBe(false);
    writeFileSync(staged.lockFile, "more");
    expect(readFileSync(kept, "utf8")).toBe("locked");
    keepLock(staged, kept);
    expect(readFileSync(kept, "utf8")).toBe("more");
    unstage(layout);
    expect(existsSync(staged.file)).toBe(false);
  });

  test("says by absolute paths what it says relative to where it belongs; lines stay", () => {
    const text =
      'import { a } from "./common.ts";\nexport * from "../x.ts";\nconst d = import.meta.dirname; // "./no"\n';
    const { file } = stage(layout, "web", text, `${directory}/stowage.lock`);
    expect(readFileSync(file, "utf8")).toBe(
      'import { a } from "/etc/stowage/made/common.ts";\nexport * from "/etc/stowage/x.ts";\nconst d = "/etc/stowage/made"; // "./no"\n',
    );
    const wrong = stage(layout, "web", 'import "./x.ts"; export default [', `${directory}/stowage.lock`);
    expect(readFileSync(wrong.file, "utf8")).toBe('import "./x.ts"; export default [');
  });

  test("places are those of what was given", async () => {
    const at = (text: string) => ({ file: "/run/x/web.ts", line: lineOf(text), column: 3 });
    expect(await told({ code: "x", message: "in /run/x/web.ts", places: [at("a: 1")] })).toMatchObject({
      message: "in /etc/stowage/made/web.ts",
      places: [{ file: "--config", line: 2, column: 3 }],
    });
    expect(await told({ code: "x", message: "m", places: [at("path:")] })).toMatchObject({
      places: [],
      details: ["given by --system-path"],
    });
    const definition = { value: "1", priority: 100 };
    expect(
      await told({ code: "x", message: "m", definitions: [{ ...definition, place: at("path:") }, definition] }),
    ).toMatchObject({ definitions: [{ ...definition, origin: "--system-path" }, definition] });
    const elsewhere = { file: "/srv/lib.ts", line: 1, column: 1 };
    expect(await told({ code: "x", message: "m", places: [elsewhere] })).toMatchObject({ places: [elsewhere] });
  });
});
