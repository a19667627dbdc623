import { expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock } from "./config.ts";

function problemsOf(extraFlags: string[]) {
  try {
    compileConfig(hostConfig({ web: { extraFlags } }), lock, defaultLayout);
    return [];
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    return error.problems.map(({ code, hint }) => [code, hint]);
  }
}

test("a flag is one argument", () => {
  expect(problemsOf(["--setenv=A=b c", "--setenv", "B=d e", "-E", "C= -x y"])).toEqual([]);
  expect(problemsOf(["--setenv A=b=c d"])).toEqual([["two-words-in-a-flag", 'write "--setenv", "A=b=c d"']]);
  expect(problemsOf(["-E\u00a0A=b"])).toEqual([["two-words-in-a-flag", 'write "-E", "A=b"']]);
  expect(problemsOf([""])).toEqual([["empty-flag", "remove it"]]);
});
