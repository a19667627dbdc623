/** Text of a unit file as a value. Reads what systemd reads: comments, continued lines, repeated sections and keys. */

import type { Exec, Unit } from "./unit.ts";
import { splitWords } from "./words.ts";

/**
 * The unit that a text stands for. Every value is a string, or a list where its key occurs more than once. Lines that
 * are neither a section, a key nor a comment are left out, as systemd does.
 */
export function parse(name: string, text: string): Unit {
  const sections: Record<string, Record<string, string | string[]>> = {};
  let section: Record<string, string | string[]> | null = null;
  for (const line of logicalLines(text)) {
    const header = /^\[([^\]]+)\]$/.exec(line);
    if (header?.[1] !== undefined) {
      section = sections[header[1]] ??= {};
      continue;
    }
    const equals = line.indexOf("=");
    if (section === null || equals < 1) continue;
    const key = line.slice(0, equals).trimEnd();
    section[key] = append(section[key], line.slice(equals + 1).trimStart());
  }
  return { name, sections };
}

/** A command line as systemd splits it; `$` and specifiers that stand unescaped in it are kept as they are. */
export interface ParsedExec extends Exec {
  /** `-@:+!|` before the program. */
  readonly prefixes: string;
}

/** One Exec line's value as prefixes and argument list. An unbalanced quote is taken as a plain character. */
export function parseExec(line: string): ParsedExec {
  const prefixes = /^[-@:+!|]*/.exec(line)?.[0] ?? "";
  const words = splitWords(line.slice(prefixes.length)).map((word) => unescapeSpecifiers(word, prefixes));
  return { exec: words, prefixes, ...(prefixes.includes("-") ? { ignoreFailure: true } : {}) };
}

function unescapeSpecifiers(word: string, prefixes: string): string {
  const text = word.replaceAll("%%", "%");
  return prefixes.includes(":") ? text : text.replaceAll("$$", "$");
}

function append(before: string | string[] | undefined, value: string): string | string[] {
  if (before === undefined) return value;
  return typeof before === "string" ? [before, value] : [...before, value];
}

/** Lines after comments are dropped and continuations joined. A comment inside a continuation is dropped too. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let pending = "";
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (/^[#;]/.test(line)) continue;
    if (line.endsWith("\\")) {
      pending += `${line.slice(0, -1)} `;
      continue;
    }
    const whole = (pending + line).trim();
    pending = "";
    if (whole !== "") lines.push(whole);
  }
  if (pending.trim() !== "") lines.push(pending.trim());
  return lines;
}
