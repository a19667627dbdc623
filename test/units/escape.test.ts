import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StowageError } from "../../src/error.ts";
import {
  environmentAssignment,
  escapeName,
  escapePath,
  execArgument,
  execLine,
  parseExec,
  splitWords,
} from "../../src/units/index.ts";

/** Any text that may stand in a line. */
const lineText = fc
  .string({ unit: "grapheme" })
  .filter((text) => !/[\p{Cc}\p{Surrogate}\p{Noncharacter_Code_Point}]/u.test(text));
/** Any text that an argument may be. */
const argument = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "\n",
      "\t",
      "\\",
      '"',
      "'",
      "$",
      "%",
      " ",
      ";",
      "-",
      "\ufffe",
      "\u{1fffe}",
      "\ufdd0",
      "\u0085",
      "\u2028",
    ),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  ),
});
const systemdEscape = (...args: string[]): string =>
  execFileSync("systemd-escape", args, { encoding: "utf8" }).replace(/\n$/, "");

describe("command lines", () => {
  test.each([
    ["plain", "plain"],
    ["", '""'],
    ["two words", '"two words"'],
    ['say "hi"', '"say \\"hi\\""'],
    ["back\\slash", '"back\\\\slash"'],
    ["50%", "50%%"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: systemd's syntax
    ["$HOME ${HOME}", '"$$HOME $${HOME}"'],
    [";", '";"'],
    ["it's", '"it\'s"'],
    ["two\nlines\tand\\n", '"two\\nlines\\tand\\\\n"'],
    ["\ufffe", '"\\xef\\xbf\\xbe"'],
  ])("%j is written %s", (argument, text) => {
    expect(execArgument(argument)).toBe(text);
  });

  test("what is written is read back as the same arguments", () => {
    fc.assert(
      fc.property(fc.array(argument), fc.boolean(), (args, ignoreFailure) => {
        const parsed = parseExec(execLine({ exec: ["/usr/bin/x", ...args], ignoreFailure }));
        expect(parsed.exec).toEqual(["/usr/bin/x", ...args]);
        expect(parsed.ignoreFailure ?? false).toBe(ignoreFailure);
      }),
    );
  });

  test("no argument begins a line of its own", () => {
    expect(execArgument("a\nExecStart=/bin/evil")).toBe('"a\\nExecStart=/bin/evil"');
    fc.assert(
      fc.property(argument, (text) => {
        expect(execArgument(text)).not.toMatch(/[\n\t]/);
      }),
    );
  });

  test.each(["a\rb", "\u001b[31m", "\u0000", "\u007f", "\ud800"])("%j is refused", (argument) => {
    expect(() => execArgument(argument)).toThrow(StowageError);
  });

  test("as long as a program can be given, and no longer", () => {
    expect(execFileSync("/bin/echo", ["x".repeat(131_071)]).length).toBe(131_072);
    expect(execArgument("x".repeat(131_071))).toHaveLength(131_071);
    expect(() => execFileSync("/bin/echo", ["x".repeat(131_072)])).toThrow("E2BIG");
    expect(() => execArgument("x".repeat(131_072))).toThrow("too long");
    expect(() => execArgument("é".repeat(65_536))).toThrow("too long");
  });

  test.each(["/bin/$x", "-/bin/x", "@x", "+x", "", "!x"])("a program %j is refused", (program) => {
    expect(() => execLine({ exec: [program] })).toThrow(StowageError);
  });
});

describe("Environment=", () => {
  test("a value survives: quotes, specifiers, line breaks", () => {
    fc.assert(
      fc.property(lineText, (value) => {
        const [word] = splitWords(environmentAssignment("A", value));
        expect(word?.replaceAll("%%", "%")).toBe(`A=${value}`);
      }),
    );
    expect(environmentAssignment("A", "x\ny\t$z")).toBe('"A=x\\ny\\t$z"');
  });

  test("other control characters and bad names are refused", () => {
    expect(() => environmentAssignment("A", "\u001b[31m")).toThrow(StowageError);
    expect(() => environmentAssignment("A", "\ufffe")).toThrow("no character");
    expect(() => environmentAssignment("A B", "x")).toThrow(StowageError);
    expect(() => environmentAssignment("1A", "x")).toThrow(StowageError);
  });
});

describe("unit names, against the real systemd-escape", () => {
  test.each(["web", "a-b", ".hidden", "a/b", "dummy-test", "ü", "a b", "x@y:z_1.2", "\\"])("%j", (text) => {
    expect(escapeName(text)).toBe(systemdEscape("--", text));
  });

  test.each(["/", "/srv/data", "//srv//data/", "/a-b/.c", "/a b", "/./x"])("--path %j", (path) => {
    expect(escapePath(path)).toBe(systemdEscape("--path", "--", path));
  });

  test.each(["relative", "/a/../b"])("--path %j is refused", (path) => {
    expect(() => escapePath(path)).toThrow(StowageError);
  });
});
