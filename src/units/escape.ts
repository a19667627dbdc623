/**
 * The encoders of systemd's syntaxes: command lines, Environment= assignments, literal text, unit names.
 * Facts: systemd.syntax(7), systemd.service(5) "COMMAND LINES", systemd.unit(5) "SPECIFIERS", systemd-escape(1).
 */
import { StowageError } from "../error.ts";
import { lineText, noncharacters } from "./text.ts";
import type { Exec } from "./unit.ts";

/** Text in which systemd would expand specifiers (`%n`), so that it means itself. */
export function literal(text: string): string {
  return lineText(text, "the text").replaceAll("%", "%%");
}

/** Nothing in it means anything to systemd: so are nearly all words. */
const plainWord = /^[A-Za-z0-9_@+=:,./-]+$/;

/**
 * One argument of a command line: exactly this string reaches the program. Line breaks, tabs and noncharacters are
 * written as C escapes; other control characters are refused.
 */
export function execArgument(argument: string): string {
  checkLength(argument);
  if (plainWord.test(argument)) return argument;
  const escaped = argument.replaceAll("%", "%%").replaceAll("$", "$$$$");
  if (/^[A-Za-z0-9_@%+=:,./$-]+$/.test(escaped)) return escaped;
  const written = quote(escaped).replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll(anyNoncharacter, bytesOf);
  return lineText(written, "an argument");
}

/** execve(2): one argument has less than 32 pages, with its end. */
const longestArgument = 131_072;

function checkLength(argument: string): void {
  // No character has more than three bytes for each of its code units.
  if (argument.length * 3 < longestArgument || new TextEncoder().encode(argument).length < longestArgument) return;
  throw new StowageError({
    code: "unfit-text",
    message: `an argument is too long for a program: ${argument.slice(0, 40)}…`,
    hint: `at most ${longestArgument - 1} bytes; put it into a file that is mounted`,
  });
}

const anyNoncharacter = new RegExp(noncharacters, "gu");

/** systemd wants characters in a unit file, and any bytes in an argument. */
const bytesOf = (text: string): string => Array.from(new TextEncoder().encode(text), hexEscape).join("");

/** One Exec line, without its key. */
export function execLine(exec: Exec): string {
  const [program, ...rest] = exec.exec;
  if (program === undefined) throw new StowageError({ code: "empty-command", message: "a command has no program" });
  const words = [programWord(program), ...rest.map(execArgument)];
  return (exec.ignoreFailure ? "-" : "") + words.join(" ");
}

/**
 * The program stands under other rules than its arguments: `$` is not expanded in it, so it cannot be escaped either,
 * and characters before the path are prefixes.
 */
function programWord(program: string): string {
  if (program.includes("$") || !/^[/A-Za-z0-9_.]/.test(program)) {
    throw new StowageError({
      code: "unfit-program",
      message: `systemd cannot run a program of this name: ${JSON.stringify(program)}`,
      details: ["a program is an absolute path or a plain name, without `$`"],
    });
  }
  return execArgument(program);
}

/** `"NAME=value"` for Environment=. `$` means itself there; line breaks and tabs are kept, as C escapes. */
export function environmentAssignment(name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new StowageError({
      code: "bad-variable-name",
      message: `${JSON.stringify(name)} is no name of an environment variable`,
      hint: "letters, digits and `_`, not beginning with a digit",
    });
  }
  const kept = value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll('"', '\\"');
  return `"${name}=${lineText(kept, `the environment variable ${name}`).replaceAll("%", "%%")}"`;
}

/** A path as one word of a list such as RequiresMountsFor=, where specifiers are expanded and `$` is not. */
export function pathWord(path: string): string {
  if (plainWord.test(path)) return path;
  const escaped = lineText(path, "a path").replaceAll("%", "%%");
  return /^[A-Za-z0-9_@%+=:,./$-]+$/.test(escaped) ? escaped : quote(escaped);
}

/** As `systemd-escape TEXT`: any string as part of a unit name. */
export function escapeName(text: string): string {
  const bytes = new TextEncoder().encode(lineText(text, "a name"));
  return Array.from(bytes, (byte, index) => {
    const char = String.fromCharCode(byte);
    if (char === "/") return "-";
    return /[A-Za-z0-9:_.]/.test(char) && !(index === 0 && char === ".") ? char : hexEscape(byte);
  }).join("");
}

/** As `systemd-escape --path PATH`: an absolute path as the name of a mount or device unit. */
export function escapePath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (!path.startsWith("/") || parts.includes("..")) {
    throw new StowageError({
      code: "bad-path",
      message: `${JSON.stringify(path)} is no absolute path without ".."`,
    });
  }
  return parts.length === 0 ? "-" : escapeName(parts.join("/"));
}

const quote = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
const hexEscape = (byte: number): string => `\\x${byte.toString(16).padStart(2, "0")}`;
