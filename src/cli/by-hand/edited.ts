/** A definition of which a part is to be another one: everything else, comments too, stays as its owner wrote it. Pure. */
import { type Definition, pathOf, type Written } from "./definition.ts";
import { type Draft, draftOf, type Piece, piecesOf, splice, writtenOf } from "./draft.ts";
import { requireSound, withHead, withoutUnusedHead } from "./head.ts";
import { type Code, keyOf, linesOf, type Value } from "./literal.ts";
import { find, notLiteral, systemAt } from "./locate.ts";
import { requireNext, type Setting, valueBelow } from "./settings.ts";
import { type Node, parsed } from "./syntax.ts";

/** What is to be another one. */
export interface Changes {
  /** What the container is, or nothing. */
  readonly options: Definition["options"];
  /** By option: what of the command line says it. */
  readonly saidBy?: Definition["saidBy"];
  /** A file's statements, and the name that its default export has in them. */
  readonly embedded?: { readonly head: Code; readonly name: string };
  readonly settings: readonly Setting[];
}

/**
 * @param file as it is called in messages
 * @throws StowageError `not-editable` where the place is not found, or is no literal; `bad-setting`
 */
export function edited(text: string, file: string, of: Pick<Definition, "name" | "kind">, changes: Changes): Written {
  const at = pathOf(of.kind, of.name);
  let draft = draftOf(text, file);
  let { options } = changes;
  if (changes.embedded !== undefined) ({ draft, options } = withHead(draft, file, at, changes.embedded, options));
  for (const [key, value] of Object.entries(options))
    draft = withSystem(draft, file, at, key, value, changes.saidBy?.[key]);
  if (changes.embedded !== undefined) requireSound(draft, file);
  else if (Object.keys(options).length > 0) draft = withoutUnusedHead(draft, file);
  for (const setting of changes.settings) draft = withSetting(draft, file, at, setting);
  return writtenOf(draft);
}

function withSystem(
  draft: Draft,
  file: string,
  at: readonly string[],
  key: string,
  value: Value,
  flag: string | undefined,
): Draft {
  const present = systemAt(draft.text, file, at);
  if (present !== null) return replaced(draft, present.from, present.to, key, value, flag);
  const found = find(draft.text, file, [...at, key]);
  const isObject = found.is === "missing" && found.depth === at.length && found.within.type === "ObjectExpression";
  if (!isObject) throw notLiteral(file, at);
  return withProperty(draft, found.within, key, value, flag);
}

/** Puts a value where its path leads to, from the container's options on. */
function withSetting(draft: Draft, file: string, at: readonly string[], setting: Setting): Draft {
  const { path, value, isElement, from: flag } = setting;
  const found = find(draft.text, file, [...at, ...path]);
  if (found.is === "there") {
    if (!isElement) return replaced(draft, found.from, found.to, found.key, value, flag);
    if (found.value.type !== "ArrayExpression") throw notLiteral(file, [...at, ...path]);
    return withElement(draft, file, [...at, ...path], found.value, (value as readonly Value[])[0] ?? null, flag);
  }
  if (found.depth < at.length) throw notLiteral(file, at);
  const depth = found.depth - at.length;
  const key = path[depth] ?? "";
  const below = valueBelow(setting, depth + 1);
  if (found.within.type !== "ArrayExpression") return withProperty(draft, found.within, key, below, flag);
  requireNext((found.within.elements as unknown[]).length, key, setting);
  return withElement(draft, file, [...at, ...path], found.within, below, flag);
}

/** @param key null for an element of a list */
function replaced(
  draft: Draft,
  from: number,
  to: number,
  key: string | null,
  value: Value,
  flag: string | undefined,
): Draft {
  const [first, ...others] = pieces(value, key, "", columnOf(draft.text, from), flag);
  return splice(draft, from, to, first === undefined ? [] : [{ ...first, ...trimmed(first) }, ...others]);
}

/** Its first line stands where another began. */
function trimmed({ text, origin }: Piece): Piece {
  const short = text.trimStart();
  if (origin === undefined || !("shift" in origin)) return { text: short };
  return { text: short, origin: { ...origin, shift: origin.shift - (text.length - short.length) } };
}

function withElement(
  draft: Draft,
  file: string,
  path: readonly string[],
  list: Node,
  value: Value,
  flag: string,
): Draft {
  const elements = list.elements as (Node | null)[];
  if (elements.includes(null)) throw notLiteral(file, path);
  const last = elements.at(-1);
  const [first = { text: "" }, ...others] = pieces(value, null, "", lineIndent(draft.text, list.start), flag);
  const one = [trimmed(first), ...others];
  const [at, before] = last ? [last.end, ", "] : [list.start + 1, ""];
  return splice(draft, at, at, [{ ...one[0], text: `${before}${one[0]?.text}` }, ...one.slice(1)]);
}

function withProperty(draft: Draft, object: Node, key: string, value: Value, flag: string | undefined): Draft {
  const { text } = draft;
  const last = (object.properties as Node[]).at(-1);
  const outer = lineIndent(text, object.start);
  const close = object.end - 1;
  // What stands there are comments, and perhaps a comma.
  const begin = last?.end ?? object.start + 1;
  const from = begin + text.slice(begin, close).trimEnd().length;
  const put = [{ text: "" }, ...pieces(value, key, ",", outer + 2, flag), { text: " ".repeat(outer) }];
  const longer = splice(draft, from, close, put);
  const isOpen = last !== undefined && !hasComma(text, begin, close);
  return isOpen ? splice(longer, begin, begin, [{ text: "," }]) : longer;
}

/** Outside of comments. */
function hasComma(text: string, from: number, to: number): boolean {
  const { comments } = parsed("definition.ts", text);
  for (let at = from; at < to; at++) {
    const comment = comments.find(({ start }) => start === at);
    if (comment !== undefined) at = comment.end - 1;
    else if (text[at] === ",") return true;
  }
  return false;
}

const pieces = (
  value: Value,
  key: string | null,
  after: string,
  indent: number,
  flag: string | undefined,
): readonly Piece[] => piecesOf(linesOf(value, key === null ? "" : `${keyOf(key)}: `, after, indent), flag);

const columnOf = (text: string, at: number): number => at - (text.lastIndexOf("\n", at - 1) + 1);

const lineIndent = (text: string, at: number): number =>
  /^ */.exec(text.slice(text.lastIndexOf("\n", at - 1) + 1))?.[0].length ?? 0;
