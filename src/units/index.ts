/** Systemd units as values. Knows systemd's syntax and nothing of containers. */
export { type Comparison, compare, identical, sameValue } from "./compare.ts";
export { environmentAssignment, escapeName, escapePath, execArgument, execLine, literal, pathWord } from "./escape.ts";
export { isMarked, ownershipMark, saysOurs } from "./mark.ts";
export { type ParsedExec, parse, parseExec } from "./parse.ts";
export { isExec, linesOf, render } from "./render.ts";
export { lineText, unfitForLine } from "./text.ts";
export { secondsOf } from "./time.ts";
export type { Exec, Unit, UnitSection, UnitValue } from "./unit.ts";
export { splitWords } from "./words.ts";
export { writtenUnit } from "./written.ts";
