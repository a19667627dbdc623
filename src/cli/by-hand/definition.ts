/** The text of a container that is made by hand: a small host.ts. Pure. */
import type { Place } from "../../error.ts";
import { type Code, keyOf, type Line, linesOf, type Value } from "./literal.ts";

/** A container to be written down. */
export interface Definition {
  readonly name: string;
  readonly kind: "system" | "oci";
  /** Its options. */
  readonly options: { readonly [key: string]: Value };
  /** By option: what of the command line says it. */
  readonly saidBy?: Readonly<Record<string, string>>;
  /** Statements that the options use: those of a file of the user's. */
  readonly head?: Code;
}

/** A definition's text, and of places in it what they are in what the user gave. */
export interface Written {
  readonly text: string;
  /** Null where it is no text of the user's. */
  placeOf(line: number, column: number): Place | null;
  /** What of the command line a line says; null where it is nobody's but ours. */
  flagOf(line: number): string | null;
}

/** Where a container of a kind is defined. */
export const pathOf = (kind: Definition["kind"], name: string): readonly string[] =>
  kind === "oci" ? ["ociContainers", "containers", name] : ["containers", name];

/** Around the statements of a file, so that those of another one can take their place. */
export const headMarks = {
  begin: "// Begin of what --config-file gave: the next --config-file replaces it.",
  end: "// End of what --config-file gave.",
} as const;

export const markedHead = (head: Code): Line[] => [
  { text: headMarks.begin },
  ...linesOf(head, "", "", 0),
  { text: headMarks.end },
];

const opening = (name: string): string =>
  `// Container ${name}, made by hand. Edit this, then run \`stowage update ${name}\`; or move it into host.ts.`;

/** The file as a person would have written it. */
export function written(definition: Definition): Written {
  const { name, kind, head } = definition;
  const define = freeName("defineHost", head?.text ?? "");
  const imported = define === "defineHost" ? define : `defineHost as ${define}`;
  const lines: Line[] = [
    { text: opening(name) },
    { text: `import { ${imported} } from "stowage";` },
    { text: "" },
    ...(head === undefined ? [] : [...markedHead(head), { text: "" }]),
    ...nested(`export default ${define}({`, pathOf(kind, name), definition),
  ];
  return {
    text: `${lines.map(({ text }) => text).join("\n")}\n`,
    placeOf(line, column) {
      const from = lines[line - 1]?.from;
      if (from === undefined) return null;
      return { file: from.file, line: from.line, column: Math.max(1, column - from.shift) };
    },
    flagOf: (line) => lines[line - 1]?.flag ?? null,
  };
}

/** The outer objects have lines of their own, however little is in them: there a person goes on. */
function nested(open: string, path: readonly string[], { options, saidBy = {} }: Definition): Line[] {
  const opened = path.map((key, at) => ({ text: `${"  ".repeat(at + 1)}${keyOf(key)}: {` }));
  const inner = Object.entries(options).flatMap(([key, value]) => {
    const lines = linesOf(value, `${keyOf(key)}: `, ",", 2 * path.length + 2);
    const flag = Object.hasOwn(saidBy, key) ? saidBy[key] : undefined;
    return flag === undefined ? lines : lines.map((line) => ({ ...line, flag }));
  });
  const closed = path.map((_, at) => ({ text: `${"  ".repeat(path.length - at)}},` }));
  return [{ text: open }, ...opened, ...inner, ...closed, { text: "});" }];
}

/** A name that does not occur in a text, and so is nothing else's in it. */
export function freeName(wanted: string, text: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}${number}`;
    if (!new RegExp(`\\b${name}\\b`).test(text)) return name;
  }
}
