/** Paths and values as text for people. */
import { isWrapper } from "./definition.ts";
import { unknownValue } from "./probe.ts";
import { isPlainObject } from "./same.ts";

/** `containers.web.bindMounts."/srv/x".hostPath`, `containers.web.forwardPorts[0]` */
export function showPath(path: readonly string[]): string {
  let text = "";
  for (const name of path) {
    if (/^\[\d+\]$/.test(name) || name === "()") text += name;
    else {
      const shown = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) ? name : JSON.stringify(name);
      text += text === "" ? shown : `.${shown}`;
    }
  }
  return text;
}

const mostCharacters = 60;

/** A value in the syntax of a configuration, cut where it is long. */
export function showValue(value: unknown): string {
  const text = write(value, 0);
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`;
}

/** The same, however long. */
export function showValueWhole(value: unknown): string {
  return write(value, 0, Number.POSITIVE_INFINITY);
}

function write(value: unknown, depth: number, deepest = 2): string {
  if (value === unknownValue) return "a value that is not known";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (isWrapper(value)) return "a wrapped definition";
  if (depth > deepest) return "…";
  if (Array.isArray(value)) return `[${value.map((element) => write(element, depth + 1, deepest)).join(", ")}]`;
  if (!isPlainObject(value)) return `a ${value.constructor?.name ?? "value of an unknown class"}`;
  const members = Object.entries(value).map(
    ([name, member]) => `${showPath([name])}: ${write(member, depth + 1, deepest)}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
