/** Texts of TypeScript that the user gives, made to stand in a definition. Pure. */
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Place, StowageError } from "../../error.ts";
import { freeName } from "./definition.ts";
import { Code, textLiteral } from "./literal.ts";
import { childrenOf, type Node, type ParseProblem, parsed } from "./syntax.ts";

/**
 * An expression of the user's: an object literal, with or without its braces, or what comes to a module.
 * @param flag whose value it is, for messages
 * @throws StowageError `syntax-error`
 */
export function expression(text: string, flag: string): Code {
  const trimmed = text.trim();
  const origin = { file: flag, line: 1 + (text.slice(0, text.indexOf(trimmed)).match(/\n/g)?.length ?? 0) };
  const whole = problemOf(trimmed, "(", ")");
  if (whole === null) return new Code(trimmed, origin);
  const bare = problemOf(trimmed, "({", "})");
  if (bare === null) return new Code(trimmed === "" ? "{}" : inBraces(trimmed), origin);
  const { message, at } = /^[{([]/.test(trimmed) ? whole : bare;
  throw syntaxError(message, placeAt(trimmed, at, flag, origin.line), [
    "it is TypeScript: an object literal, whose braces may be left out, or a function to one",
    'for example: packages: ["nginx-light"], services: { nginx: { enable: true } }',
  ]);
}

/** Its lines stay where they are; the last one may be a comment. */
const inBraces = (text: string): string =>
  text.includes("\n") || text.includes("//") ? `{ ${text}\n}` : `{ ${text} }`;

/** That it is one expression, and does not end what it is put into. */
function problemOf(text: string, open: string, close: string): ParseProblem | null {
  const { body, problem } = parsed("config.ts", `${open}${text}\n${close}`);
  if (problem !== null) return { ...problem, at: Math.max(0, problem.at - open.length) };
  const [statement, ...others] = body;
  const value = statement?.expression as Node | undefined;
  if (statement?.type !== "ExpressionStatement" || others.length > 0 || value === undefined)
    return { message: "it is more than one expression", at: 0 };
  const isOne =
    open === "(" ? value.type !== "SequenceExpression" && isModule(value) : value.type === "ObjectExpression";
  return isOne ? null : { message: "it is neither an object nor a function to one", at: 0 };
}

/** What can have an object, or a function to one, as its value. */
const isModule = ({ type }: Node): boolean =>
  !/^(Literal|TemplateLiteral|ArrayExpression|Identifier|MemberExpression|BinaryExpression|UnaryExpression|AssignmentExpression)$/.test(
    type,
  );

/** The statements of a file, and the name that its default export has in them. */
export interface Embedded {
  readonly head: Code;
  readonly name: string;
}

/** A file of the user's. */
export interface GivenFile {
  readonly text: string;
  /** As the user typed it. */
  readonly shown: string;
  /** Absolute. */
  readonly path: string;
}

/**
 * A module of the user's that can stand elsewhere: its default export has a name, and what it imports by relative paths
 * it imports by absolute ones. Lines stay where they are.
 * @throws StowageError `syntax-error`, `no-default-export`
 */
export function moduleText(given: GivenFile): Embedded {
  const { text, shown, path } = given;
  const { body, problem } = parsed(path, text);
  if (problem !== null) throw syntaxError(problem.message, placeAt(text, problem.at, shown, 1));
  const exported = body.find(({ type }) => type === "ExportDefaultDeclaration");
  if (exported === undefined) throw noDefault(shown);
  const value = exported.declaration as Node;
  const name = freeName("config", text.slice(0, exported.start) + text.slice(exported.end));
  const breaks = text.slice(exported.start, value.start).replace(/[^\n]/g, "");
  const edits = [
    { from: exported.start, to: value.start, text: `const ${name} = ${breaks}` },
    ...body.flatMap((node) => references(node, text, path)),
  ];
  return { head: new Code(edited(text, edits).trimEnd(), { file: shown, line: 1 }), name };
}

/**
 * A module of the user's at another place: as {@link moduleText} has it, but for the export. Lines stay where they are.
 * @param path where it belongs
 */
export function movedText(text: string, path: string): string {
  const { body, problem } = parsed(path, text);
  // Told where it is evaluated.
  if (problem !== null) return text;
  return edited(
    text,
    body.flatMap((node) => references(node, text, path)),
  );
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What a file says relative to where it is. */
function references(node: Node, text: string, path: string): Edit[] {
  const source = node.source as Node | null | undefined;
  const own: Edit[] = [];
  if (source?.type === "Literal" && /^\.\.?\//.test(String(source.value))) {
    own.push({ from: source.start, to: source.end, text: textLiteral(resolve(dirname(path), String(source.value))) });
  }
  const object = node.object as Node | undefined;
  if (node.type === "MemberExpression" && object?.type === "MetaProperty") {
    const values: Record<string, string> = { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) };
    const value = values[String((node.property as Node).name)];
    if (value !== undefined) return [{ from: node.start, to: node.end, text: textLiteral(value) }];
  }
  return [...own, ...childrenOf(node).flatMap((child) => references(child, text, path))];
}

function edited(text: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.from - b.from)) {
    result += text.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  return result + text.slice(at);
}

function placeAt(text: string, offset: number, file: string, line: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { file, line: line + before.length - 1, column: (before.at(-1)?.length ?? 0) + 1 };
}

const syntaxError = (message: string, place: Place, details: readonly string[] = []): StowageError =>
  new StowageError({ code: "syntax-error", message, places: [place], ...(details.length > 0 && { details }) });

const noDefault = (file: string): StowageError =>
  new StowageError({
    code: "no-default-export",
    message: `${file} has no default export`,
    places: [{ file, line: 1, column: 1 }],
    hint: "write: export default { packages: […], … }, which is what stands below `config` in a host.ts",
  });
