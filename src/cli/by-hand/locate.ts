/** Where something stands in a definition. Pure. */
import { StowageError } from "../../error.ts";
import { type Node, parsed } from "./syntax.ts";

/** What a container is: one of them takes the place of the other. */
const systems = ["config", "path", "flake", "image"];

export type Found =
  | {
      readonly is: "there";
      readonly from: number;
      readonly to: number;
      readonly key: string | null;
      readonly value: Node;
    }
  /** The innermost object or list on the way, and how many names of the path lead to it. */
  | { readonly is: "missing"; readonly within: Node; readonly depth: number };

/** Where it says what the container is. */
export function systemAt(text: string, file: string, at: readonly string[]) {
  const all = systems.map((one) => find(text, file, [...at, one]));
  return all.find((one) => one.is === "there") ?? null;
}

/** Follows a path of names, and of numbers in lists, through literals. */
export function find(text: string, file: string, path: readonly string[]): Found {
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

export function exported(text: string, file: string): Node {
  const { body, problem } = parsed("definition.ts", text);
  const found = problem === null ? body.find(({ type }) => type === "ExportDefaultDeclaration") : undefined;
  if (found === undefined) throw notEditable(file);
  return found;
}

export const notLiteral = (file: string, path: readonly string[]): StowageError =>
  notEditable(file, path.length > 0 ? `${path.join(".")} does not stand in the file itself as a literal` : undefined);

export const notEditable = (
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
