/** A definition of which a part is to be another one: everything else, comments too, stays as its owner wrote it. Pure. */
import { StowageError } from "../../error.ts";
import { type Definition, headMarks, markedHead, pathOf, type Written } from "./definition.ts";
import { type Draft, draftOf, type Piece, piecesOf, splice, writtenOf } from "./draft.ts";
import { Code, keyOf, linesOf, type Value } from "./literal.ts";
import { requireNext, type Setting, valueBelow } from "./settings.ts";
import { type Comment, type Node, parsed } from "./syntax.ts";

/** What a container is: one of them takes the place of the other. */
const systems = ["config", "path", "flake", "image"];

/** What is to be another one. */
export interface Changes {
  /** One of {@link systems}, or nothing. */
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
  for (const setting of changes.settings) draft = withSetting(draft, file, at, setting);
  return writtenOf(draft);
}

/** The statements stand between marks of their own before the export, or where those of a former file are. */
function withHead(
  draft: Draft,
  file: string,
  at: readonly string[],
  { head, name }: NonNullable<Changes["embedded"]>,
  options: Definition["options"],
) {
  const there = markedAt(draft.text, file);
  const start = exported(draft.text, file).start;
  const [from, to] = there === null ? [start, start] : [there.start, there.end];
  // A name that nothing else has: neither in the definition, but for what is to go, nor in the file.
  const goes = systemAt(draft.text, file, at);
  const rest =
    goes === null
      ? [draft.text.slice(0, from), draft.text.slice(to)]
      : [draft.text.slice(0, from), draft.text.slice(to, goes.from), draft.text.slice(goes.to)];
  const declaration = new RegExp(`^const ${name} =`, "m");
  const free = freeIn(name, [...rest, head.text.replace(declaration, "")].join("\n"));
  const code = new Code(head.text.replace(declaration, `const ${free} =`), head.origin);
  const pieces: Piece[] = piecesOf(markedHead(code), undefined);
  return {
    draft: splice(draft, from, to, there === null ? [...pieces, { text: "" }, { text: "" }] : pieces),
    options: Object.fromEntries(
      Object.entries(options).map(([key, value]) => [
        key,
        value instanceof Code ? new Code(free, value.origin) : value,
      ]),
    ),
  };
}

/** As a key of an object it is nobody's name. */
function freeIn(wanted: string, text: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}${number}`;
    const names = text.replace(new RegExp(`([{,]|^)\\s*${name}\\s*:`, "gm"), "$1");
    if (!new RegExp(`\\b${name}\\b`).test(names)) return name;
  }
}

/** From the first mark to the last: the file itself may have some in it. */
function markedAt(text: string, file: string): { readonly start: number; readonly end: number } | null {
  const { comments } = parsed("definition.ts", text);
  const marks = (mark: string) => comments.filter(({ start, end }: Comment) => text.slice(start, end) === mark);
  const begin = marks(headMarks.begin)[0];
  const end = marks(headMarks.end).at(-1);
  if (begin === undefined && end === undefined) return null;
  const isWhole = begin !== undefined && end !== undefined && begin.end <= end.start;
  if (!isWhole || end.end > exported(text, file).start)
    throw notEditable(file, `of "${headMarks.begin}" and "${headMarks.end}" one is missing, or not in its place`);
  return { start: begin.start, end: end.end };
}

/** Names of the file, and of what somebody has written around it, or of a former file without marks. */
function requireSound({ text }: Draft, file: string): void {
  const { problem } = parsed("definition.ts", text, true);
  if (problem === null) return;
  throw notEditable(
    file,
    `with what --config-file names put into it: ${problem.message}`,
    `take out of ${file} what the file says again, or give it another name there`,
  );
}

type Found =
  | {
      readonly is: "there";
      readonly from: number;
      readonly to: number;
      readonly key: string | null;
      readonly value: Node;
    }
  /** The innermost object or list on the way, and how many names of the path lead to it. */
  | { readonly is: "missing"; readonly within: Node; readonly depth: number };

function systemAt(text: string, file: string, at: readonly string[]) {
  const all = systems.map((one) => find(text, file, [...at, one]));
  return all.find((one) => one.is === "there") ?? null;
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

/** Follows a path of names, and of numbers in lists, through literals. */
function find(text: string, file: string, path: readonly string[]): Found {
  let within = calledWith(exported(text, file).declaration as Node);
  for (const [depth, name] of path.entries()) {
    if (!isLiteral(within) || hasSpread(within)) throw notLiteral(file, path.slice(0, Math.max(depth, 1)));
    const there = within.type === "ArrayExpression" ? elementAt(within, name) : propertyAt(within, name);
    if (there === undefined) return { is: "missing", within, depth };
    if (depth === path.length - 1) return there;
    within = there.value;
  }
  throw new Error("a path without names");
}

type There = Extract<Found, { is: "there" }>;

function propertyAt(object: Node, name: string): There | undefined {
  const found = (object.properties as Node[]).find((one) => one.type === "Property" && nameOf(one) === name);
  return found && { is: "there", from: found.start, to: found.end, key: name, value: found.value as Node };
}

function elementAt(list: Node, name: string): There | undefined {
  const found = /^\d+$/.test(name) ? (list.elements as (Node | null)[])[Number(name)] : undefined;
  return found ? { is: "there", from: found.start, to: found.end, key: null, value: found } : undefined;
}

function nameOf({ key, computed }: Node): string | undefined {
  const { type, name, value } = key as Node;
  if (type === "Literal") return String(value);
  return computed === true ? undefined : (name as string);
}

const isLiteral = ({ type }: Node): boolean => type === "ObjectExpression" || type === "ArrayExpression";

/** What it brings is not in the file: what is put beside it could take its place, and numbers are others. */
const hasSpread = (literal: Node): boolean =>
  ((literal.elements ?? literal.properties) as (Node | null)[]).some((one) => one?.type === "SpreadElement");

/** Of a call such as defineHost's its object. Only what is exported: what a function within makes of its own, it knows. */
function calledWith(node: Node): Node {
  const [argument] = node.type === "CallExpression" ? (node.arguments as Node[]) : [];
  return argument ?? node;
}

function exported(text: string, file: string): Node {
  const { body, problem } = parsed("definition.ts", text);
  const found = problem === null ? body.find(({ type }) => type === "ExportDefaultDeclaration") : undefined;
  if (found === undefined) throw notEditable(file);
  return found;
}

const notLiteral = (file: string, path: readonly string[]): StowageError =>
  notEditable(file, path.length > 0 ? `${path.join(".")} does not stand in the file itself as a literal` : undefined);

const notEditable = (
  file: string,
  detail?: string,
  hint = "edit the file, then run `stowage update` with the name alone",
): StowageError =>
  new StowageError({
    code: "not-editable",
    message: `${file} is not written so that this can be put into it`,
    ...(detail !== undefined && { details: [detail] }),
    hint,
  });
