/** A unit value as text. Facts: systemd.syntax(7). */
import { StowageError } from "../error.ts";
import { execLine } from "./escape.ts";
import { ownershipMark } from "./mark.ts";
import { lineText, unfitForLine } from "./text.ts";
import type { Exec, Unit, UnitSection, UnitValue } from "./unit.ts";
import { writtenText } from "./written.ts";

/**
 * The unit file's text, our ownership mark first. A string value is written as it stands, in systemd's syntax, so
 * specifiers in it are expanded; an {@link Exec} is escaped in full. Throws StowageError where a value does not fit.
 */
export function render(unit: Unit): string {
  return writtenText(unit) ?? rendered(unit);
}

function rendered(unit: Unit): string {
  const sections = Object.entries(unit.sections).filter(([, section]) => Object.keys(section).length > 0);
  return [ownershipMark, ...sections.map(([name, section]) => renderSection(name, section))].join("\n");
}

/** The lines that a value stands for, each without its key. An empty line resets what was said before it. */
export function linesOf(value: UnitValue): readonly string[] {
  if (typeof value === "boolean") return [value ? "yes" : "no"];
  if (typeof value === "number") return [String(value)];
  if (typeof value === "string") return [value];
  if (isExec(value)) return [execLine(value)];
  return (value as readonly (string | Exec)[]).map((item) => (typeof item === "string" ? item : execLine(item)));
}

export function isExec(value: UnitValue): value is Exec {
  return typeof value === "object" && "exec" in value;
}

function renderSection(name: string, section: UnitSection): string {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) throw badName("section", name);
  let text = `[${name}]\n`;
  for (const key of Object.keys(section)) text += renderKey(key, section[key]!);
  return text;
}

/** Found to be fit once: all units have the same few. */
const fitKeys = new Set<string>();

function renderKey(key: string, value: UnitValue): string {
  if (!fitKeys.has(key)) {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(key)) throw badName("key", key);
    fitKeys.add(key);
  }
  let lines = "";
  for (const line of linesOf(value)) {
    const text = (unfitForLine(line) === null ? line : lineText(line, `the value of ${key}=`)).trim();
    // A backslash at the end would swallow the next line.
    if (text.endsWith("\\")) {
      throw new StowageError({
        code: "unfit-text",
        message: `the value of ${key}= ends with a backslash: ${JSON.stringify(line)}`,
      });
    }
    checkLineLength(key, text);
    lines += `${key}=${text}\n`;
  }
  return lines;
}

/** systemd reads no unit with a line that is longer, in bytes. */
const longestLine = 1024 * 1024 - 1;

function checkLineLength(key: string, text: string): void {
  const length = key.length + 1 + text.length;
  if (length * 3 < longestLine || new TextEncoder().encode(`${key}=${text}`).length < longestLine) return;
  throw new StowageError({
    code: "unfit-text",
    message: `the value of ${key}= is too long for systemd: ${text.slice(0, 40)}…`,
    hint: "a line has less than 1 MiB: put large texts into a file",
  });
}

function badName(what: string, name: string): StowageError {
  return new StowageError({ code: "bad-unit-key", message: `${JSON.stringify(name)} is no ${what} of a unit file` });
}
