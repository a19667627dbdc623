/** TypeScript as the parser has it, as far as definitions need it. Pure. */
import { parseSync } from "oxc-parser";

/** As much of an ESTree node as is needed here. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

export interface Comment {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export interface ParseProblem {
  readonly message: string;
  readonly at: number;
}

export interface Parsed {
  readonly body: readonly Node[];
  readonly comments: readonly Comment[];
  readonly problem: ParseProblem | null;
}

/** @param strict also names that are declared twice are a problem */
export function parsed(file: string, text: string, strict = false): Parsed {
  const { program, errors, comments } = parseSync(file, text, { preserveParens: false, showSemanticErrors: strict });
  const [error] = errors;
  const problem = error === undefined ? null : { message: error.message, at: error.labels[0]?.start ?? 0 };
  return { body: (program as unknown as Node).body as Node[], comments, problem };
}

export function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";
