/** A definition of which a part is to be another one: everything else, comments too, stays as its owner wrote it. Pure. */
import { parseSync } from "oxc-parser";
import { StowageError } from "../../error.ts";
import { type Definition, freeName, pathOf } from "./definition.ts";
import { keyOf, linesOf, type Value } from "./literal.ts";
import type { Setting } from "./settings.ts";

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

/** What a container is: one of them takes the place of the other. */
const systems = ["config", "path", "flake", "image"];

/** What is to be another one. */
export interface Changes {
  /** One of {@link systems}, or nothing. */
  readonly options: Definition["options"];
  /** Statements that they use. */
  readonly head?: Definition["head"];
  readonly settings: readonly Setting[];
}

/**
 * @param file as it is called in messages
 * @throws StowageError `not-editable` where the place is not found, or is no literal
 */
export function edited(text: string, file: string, of: Pick<Definition, "name" | "kind">, changes: Changes): string {
  let result = text;
  const at = pathOf(of.kind, of.name);
  const { head } = changes;
  let options = changes.options;
  if (head !== undefined) {
    const renamed = withHead(result, file, head.text, options);
    result = renamed.text;
    options = renamed.options;
  }
  for (const [key, value] of Object.entries(options)) {
    const present = systems.find((one) => find(result, file, [...at, one]).is === "there");
    result = put(result, file, at, [key], value, present);
  }
  for (const { path, value, isElement } of changes.settings)
    result = put(result, file, at, path, value, undefined, isElement);
  return result;
}

/** The statements stand before the export; the name of their default export is one that is free there, too. */
function withHead(text: string, file: string, head: string, options: Definition["options"]) {
  const name = Object.values(options).map((value) => (value as { readonly text?: string }).text ?? "")[0] ?? "";
  const free = freeName(name, text);
  const renamed = free === name ? head : head.replace(new RegExp(`^const ${name} =`, "m"), `const ${free} =`);
  const start = exported(text, file).start;
  const code = (value: Value): Value => {
    const one = value as { text: string; origin: { file: string; line: number } };
    return Object.assign(Object.create(Object.getPrototypeOf(value)), { text: free, origin: one.origin });
  };
  return {
    text: `${text.slice(0, start)}${renamed}\n\n${text.slice(start)}`,
    options: Object.fromEntries(Object.entries(options).map(([key, value]) => [key, code(value)])),
  };
}

type Found =
  | { readonly is: "there"; readonly property: Node; readonly value: Node }
  /** The innermost object on the way, and how many names of the path lead to it. */
  | { readonly is: "missing"; readonly object: Node; readonly depth: number };

/** Puts a value where a path leads to, from the container's options on. */
function put(
  text: string,
  file: string,
  at: readonly string[],
  path: readonly string[],
  value: Value,
  instead?: string,
  isElement = false,
): string {
  const found = find(text, file, [...at, ...(instead === undefined ? path : [instead])]);
  if (found.is === "there") {
    const { property, value: there } = found;
    if (isElement) return withElement(text, file, [...at, ...path], there, value);
    const key = instead === undefined ? (path.at(-1) ?? "") : (path[0] ?? "");
    return replace(
      text,
      property.start,
      property.end,
      lines(value, key, "", columnOf(text, property.start)).trimStart(),
    );
  }
  const rest = path.slice(found.depth - at.length);
  if (found.depth < at.length) throw notEditable(file, at);
  const nested = rest.slice(1).reduceRight<Value>((inner, key) => ({ [key]: inner }), value);
  return withProperty(text, found.object, rest[0] ?? "", nested);
}

/** @param value a list of the one */
function withElement(text: string, file: string, path: readonly string[], list: Node, value: Value): string {
  if (list.type !== "ArrayExpression") throw notEditable(file, path);
  const elements = list.elements as Node[];
  const last = elements.at(-1);
  const one = lines((value as readonly Value[])[0] ?? null, null, "", 0);
  if (last === undefined) return replace(text, list.start, list.end, `[${one}]`);
  return replace(text, last.end, last.end, `, ${one}`);
}

function withProperty(text: string, object: Node, key: string, value: Value): string {
  const last = (object.properties as Node[]).at(-1);
  const outer = lineIndent(text, object.start);
  const line = lines(value, key, ",", outer + 2);
  const pad = " ".repeat(outer);
  if (last === undefined) return replace(text, object.start, object.end, `{\n${line}\n${pad}}`);
  const after = /^\s*,/.exec(text.slice(last.end, object.end))?.[0];
  const end = last.end + (after?.length ?? 0);
  // A comment behind the last one stays with it.
  const rest = /^[^\n}]*/.exec(text.slice(end))?.[0].trimEnd() ?? "";
  return `${text.slice(0, last.end)},${rest}\n${line}\n${pad}${text.slice(object.end - 1)}`;
}

const lines = (value: Value, key: string | null, after: string, indent: number): string =>
  linesOf(value, key === null ? "" : `${keyOf(key)}: `, after, indent)
    .map((line) => line.text)
    .join("\n");

const replace = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to);

const columnOf = (text: string, at: number): number => at - (text.lastIndexOf("\n", at - 1) + 1);

const lineIndent = (text: string, at: number): number =>
  /^ */.exec(text.slice(text.lastIndexOf("\n", at - 1) + 1))?.[0].length ?? 0;

/** Follows a path of names through literals. */
function find(text: string, file: string, path: readonly string[]): Found {
  let object = literal(exported(text, file).declaration as Node);
  if (object === null) throw notEditable(file, path);
  for (const [at, name] of path.entries()) {
    const property = (object.properties as Node[]).find((one) => one.type === "Property" && nameOf(one) === name);
    if (property === undefined) return { is: "missing", object, depth: at };
    const value = property.value as Node;
    if (at === path.length - 1) return { is: "there", property, value };
    const inner = literal(value);
    if (inner === null) throw notEditable(file, path.slice(0, at + 1));
    object = inner;
  }
  throw new Error("a path without names");
}

function nameOf({ key, computed }: Node): string | undefined {
  const { type, name, value } = key as Node;
  if (type === "Literal") return String(value);
  return computed === true ? undefined : (name as string);
}

/** An object, or the object that a function such as defineHost is called with. */
function literal(node: Node): Node | null {
  if (node.type === "ObjectExpression") return node;
  const [argument] = node.type === "CallExpression" ? (node.arguments as Node[]) : [];
  return argument?.type === "ObjectExpression" ? argument : null;
}

function exported(text: string, file: string): Node {
  const { program, errors } = parseSync("definition.ts", text, { preserveParens: false });
  const body = (program as unknown as Node).body as Node[];
  const found = errors.length > 0 ? undefined : body.find(({ type }) => type === "ExportDefaultDeclaration");
  if (found === undefined) throw notEditable(file, []);
  return found;
}

const notEditable = (file: string, path: readonly string[]): StowageError =>
  new StowageError({
    code: "not-editable",
    message: `${file} is not written so that this can be put into it`,
    ...(path.length > 0 && { details: [`${path.join(".")} does not stand in the file itself as a literal`] }),
    hint: "edit the file, then run `stowage update` with the name alone",
  });
