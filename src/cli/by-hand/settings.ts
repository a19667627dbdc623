/** `--set path=value`: any option of a container, one by one. Pure. */
import { type Problem, StowageError } from "../../error.ts";
import { type AtPath, type Module, type OptionType, optionAt } from "../../modules/index.ts";
import { nearestNames } from "../../modules/suggest.ts";
import { exitCodes } from "../exit-codes.ts";
import { parsePath } from "../option-path.ts";
import { Code, type Value } from "./literal.ts";

/** A value for an option of a container's. */
export interface Setting {
  readonly path: readonly string[];
  /** Of each name in the path, whether it is an element's number in a list. */
  readonly numbers: readonly boolean[];
  readonly value: Value;
  /** One of several that the list has, each given by itself. */
  readonly isElement: boolean;
  /** As it stands on the command line, for messages. */
  readonly from: string;
}

/**
 * @param text of one `--set`
 * @param modules what declares the options
 * @param above where the container's options are: `containers`, `web`
 * @throws StowageError `bad-setting`, `unknown-option`, `wrong-type`; exit code 64
 */
export function settingOf(text: string, modules: readonly Module[], above: readonly string[]): Setting {
  const end = splitAt(text);
  if (end < 1) throw refused("bad-setting", `--set ${text}: expected PATH=VALUE`, "for example: --set autoStart=true");
  const from = `--set ${text.slice(0, end)}`;
  const path = parsePath(text.slice(0, end));
  const at = optionAt(modules, [...above, ...path]);
  if (at.is === "unknown") throw unknownOption(from, path, at, above.length);
  if (at.is === "group") throw isGroup(from, path);
  const numbers = path.map((_, length) => isList(optionAt(modules, [...above, ...path.slice(0, length)])));
  return { path, numbers, from, ...typedValue(at.type, text.slice(end + 1), from) };
}

const isList = (at: AtPath): boolean => at.is === "value" && elementOf(at.type) !== undefined;

/** Of the first `=` that is in no quotes: names of options may have one. */
function splitAt(text: string): number {
  const before = /^(?:"(?:[^"\\]|\\.)*"|[^"=])*/.exec(text)?.[0].length ?? 0;
  return text[before] === "=" ? before : -1;
}

function typedValue(type: OptionType, text: string, from: string): Pick<Setting, "value" | "isElement"> {
  const json = jsonOf(text);
  if (json !== undefined && typeof json !== "string" && type.check(json)) return { value: json, isElement: false };
  if (type.check(text)) return { value: text, isElement: false };
  const element = elementOf(type);
  if (element === undefined || /^\s*\[/.test(text)) throw wrongType(type, text, from);
  // `--set config.packages=curl`: one of the list's, as often as there are.
  return { value: [typedValue(element, text, from).value], isElement: true };
}

function jsonOf(text: string): Value | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function elementOf({ merging }: OptionType): OptionType | undefined {
  if (merging.by === "elements") return merging.element;
  if (merging.by !== "choice") return undefined;
  return merging.types.map(elementOf).find((one) => one !== undefined);
}

/**
 * Puts values where their paths say.
 * @throws StowageError `given-twice`
 */
export function withSettings(options: { readonly [key: string]: Value }, settings: readonly Setting[]) {
  let result: Value = options;
  for (const setting of settings) result = put(result, setting, 0);
  return result as { readonly [key: string]: Value };
}

/**
 * What an option that is not there yet is to be, where the first names of the path lead to.
 * @throws StowageError `bad-setting`
 */
export const valueBelow = (setting: Setting, depth: number): Value => put(undefined, setting, depth);

function put(before: Value | undefined, setting: Setting, at: number): Value {
  const { path, value, isElement } = setting;
  if (at === path.length) {
    if (before === undefined) return value;
    if (isElement && Array.isArray(before)) return [...before, ...(value as readonly Value[])];
    throw givenTwice(setting);
  }
  const name = path[at] ?? "";
  if (before instanceof Code) return put({ imports: [before] }, setting, at);
  if (setting.numbers[at] && (before === undefined || Array.isArray(before)))
    return putElement(before ?? [], name, setting, at);
  if (before !== undefined && (typeof before !== "object" || before === null)) throw givenTwice(setting);
  const object = (before ?? {}) as { readonly [key: string]: Value };
  const inner = put(Object.hasOwn(object, name) ? object[name] : undefined, setting, at + 1);
  const entries = Object.entries(object).map(([key, one]) => [key, key === name ? inner : one] as const);
  // Not by assignment, which would make no property of `__proto__`.
  return Object.fromEntries(Object.hasOwn(object, name) ? entries : [...entries, [name, inner] as const]);
}

function putElement(list: readonly Value[], name: string, setting: Setting, at: number): Value {
  const index = Number(name);
  requireNext(list.length, name, setting);
  return [...list.slice(0, index), put(list[index], setting, at + 1), ...list.slice(index + 1)];
}

/** @throws StowageError `bad-setting` where a list of that length has no such element, and would not by one more */
export function requireNext(length: number, name: string, setting: Setting): void {
  if (!/^\d+$/.test(name) || Number(name) > length) throw gap(setting, length);
}

function unknownOption(
  from: string,
  path: readonly string[],
  { at, known }: Extract<AtPath, { is: "unknown" }>,
  above: number,
): StowageError {
  const wrong = path[at - above] ?? "";
  const before = path.slice(0, at - above);
  const near = nearestNames(wrong, known).map((name) => [...before, name].join("."));
  const where = before.length === 0 ? "a container has" : `${before.join(".")} has`;
  const hint = near.length > 0 ? `did you mean ${near.join(" or ")}?` : listOf(where, known);
  return refused("unknown-option", `${from}: there is no option ${[...before, wrong].join(".")}`, hint);
}

const listOf = (where: string, known: readonly string[]): string =>
  known.length === 0
    ? "`stowage options` lists them all"
    : `${where}: ${known.slice(0, 12).join(", ")}${known.length > 12 ? ", …" : ""}`;

const isGroup = (from: string, path: readonly string[]): StowageError =>
  refused(
    "bad-setting",
    `${from}: ${path.join(".")} is a group of options, not one`,
    `set one of them: ${path.join(".")}.NAME=VALUE`,
  );

function wrongType(type: OptionType, text: string, from: string): StowageError {
  const shown = type.secret ? "this" : text === "" ? "nothing" : JSON.stringify(text);
  const why = type.why?.(text);
  return refused("wrong-type", `${from}: ${shown} is not a ${type.description}`, why ?? expected(type));
}

/** What the text may look like. */
function expected(type: OptionType): string {
  if (type.check(true)) return "write true or false";
  if (type.check({})) return 'write it as JSON: {"name": …}; or set what is in it, name by name';
  if (type.check([])) return "write it as JSON: […]; or give each element by a --set of its own";
  return "write it as text, or as JSON";
}

const givenTwice = ({ from }: Setting): StowageError =>
  refused("given-twice", `${from}: this option is given already`, "give it once");

const gap = ({ from }: Setting, length: number): StowageError =>
  refused("bad-setting", `${from}: the list has ${length} elements so far`, `the next is number ${length}`);

function refused(code: string, message: string, hint?: string): StowageError {
  const problem: Problem = { code, message, ...(hint !== undefined && { hint }) };
  return new StowageError(problem, { exitCode: exitCodes.badUsage });
}
