/** What --config-file gave, in a definition: statements between marks of their own. Pure. */
import { type Definition, headMarks, markedHead } from "./definition.ts";
import { type Draft, type Piece, piecesOf, splice } from "./draft.ts";
import type { Changes } from "./edited.ts";
import { Code } from "./literal.ts";
import { exported, notEditable, systemAt } from "./locate.ts";
import { type Comment, childrenOf, type Node, parsed } from "./syntax.ts";

/** The statements stand between marks of their own before the export, or where those of a former file are. */
export function withHead(
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

interface Marked {
  readonly start: number;
  readonly end: number;
}

/** @throws StowageError `not-editable` where a mark is missing */
function markedAt(text: string, file: string): Marked | null {
  const found = marked(text, file);
  if (found !== "incomplete") return found;
  throw notEditable(file, `of "${headMarks.begin}" and "${headMarks.end}" one is missing, or not in its place`);
}

/** From the first mark to the last: the file itself may have some in it. Null: there is none. */
function marked(text: string, file: string): Marked | "incomplete" | null {
  const { comments } = parsed("definition.ts", text);
  const marks = (mark: string) => comments.filter(({ start, end }: Comment) => text.slice(start, end) === mark);
  const begin = marks(headMarks.begin)[0];
  const end = marks(headMarks.end).at(-1);
  if (begin === undefined && end === undefined) return null;
  const isWhole = begin !== undefined && end !== undefined && begin.end <= end.start;
  if (!isWhole || end.end > exported(text, file).start) return "incomplete";
  return { start: begin.start, end: end.end };
}

/** Names of the file, and of what somebody has written around it, or of a former file without marks. */
export function requireSound({ text }: Draft, file: string): void {
  const { problem } = parsed("definition.ts", text, true);
  if (problem === null) return;
  throw notEditable(
    file,
    `with what --config-file names put into it: ${problem.message}`,
    `take out of ${file} what the file says again, or give it another name there`,
  );
}

/** What nothing is made of any more goes: what it imports may be gone by the next time. */
export function withoutUnusedHead(draft: Draft, file: string): Draft {
  const { text } = draft;
  const there = marked(text, file);
  // Where a mark is missing nobody knows what is whose.
  if (there === null || there === "incomplete") return draft;
  const rest = text.slice(0, there.start) + text.slice(there.end);
  const { body } = parsed("definition.ts", text);
  const own = body.filter(({ start, end }) => start >= there.start && end <= there.end);
  const names = own.map(declaredNames);
  // What has no name is there for what it does.
  if (names.some((all) => all.length === 0) || names.flat().some((name) => freeIn(name, rest) !== name)) return draft;
  return splice(draft, there.start, there.end + (/^\n*/.exec(text.slice(there.end))?.[0].length ?? 0), []);
}

/** Of a statement: by which others may call what it declares, imports, or exports. */
function declaredNames(statement: Node): string[] {
  const { specifiers, declarations, declaration, id } = statement as Partial<Record<string, Node | readonly Node[]>>;
  const named = [specifiers, declarations].flatMap((all) => (Array.isArray(all) ? (all as readonly Node[]) : []));
  const ids = [...named.map((one) => (one.local ?? one.id) as Node), ...(id ? [id as Node] : [])];
  const inner = declaration ? declaredNames(declaration as Node) : [];
  return [...ids.flatMap(identifiers), ...inner];
}

const identifiers = (node: Node): string[] =>
  node.type === "Identifier" ? [String(node.name)] : childrenOf(node).flatMap(identifiers);
