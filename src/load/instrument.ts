/**
 * Rewrites a file of the configuration so that its object literals record where their keys are written:
 * `{ a: 1 }` becomes `__stowage.object({ a: 1 }, "/etc/stowage/host.ts", ["a", 3, 7], 0)`, on the same line.
 */
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { parseSync } from "oxc-parser";
import { applyEdits, type Edit } from "./edits.ts";
import { recorderName } from "./recorder.ts";

/** The rewritten text, or the text as it is where it cannot be parsed: then esbuild tells what is wrong. */
export function instrument(source: string, file: string): string {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) return source;
  const instrumenter = new Instrumenter(source, file);
  instrumenter.visit(program as unknown as Node);
  return applyEdits(source, instrumenter.edits, file);
}

/** As much of an ESTree node as is needed here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

/** A call that is put around an expression. */
type Wrap = readonly [before: string, after: string];

class Instrumenter {
  readonly edits: Edit[] = [];
  readonly #lineStarts: number[] = [0];

  constructor(
    readonly source: string,
    readonly file: string,
  ) {
    for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) this.#lineStarts.push(at + 1);
  }

  /** Openings are added on the way down and closings on the way up, so that calls at one place nest as the nodes do. */
  visit(node: Node): void {
    if (node.type === "ObjectExpression") this.#around(node, this.#objectWrap(node), () => this.#properties(node));
    else if (node.type === "ExportDefaultDeclaration") this.#defaultExport(node.declaration as Node);
    else if (node.type === "ImportExpression") this.visit(node.source as Node);
    else if (!this.#replaceMeta(node)) this.#children(node);
  }

  #children(node: Node): void {
    for (const child of childrenOf(node)) this.visit(child);
  }

  #around(node: Node, [before, after]: Wrap, inside: () => void): void {
    this.#insert(node.start, before);
    inside();
    this.#insert(node.end, after);
  }

  #insert(at: number, text: string): void {
    this.edits.push({ from: at, to: at, text });
  }

  #objectWrap(node: Node): Wrap {
    const properties = node.properties as Node[];
    const table = properties.flatMap((property) => this.#tableEntry(property));
    const spreads = properties.filter((property) => property.type === "SpreadElement").length;
    return [`${recorderName}.object(`, `,${JSON.stringify(this.file)},${JSON.stringify(table)},${spreads})`];
  }

  #properties(node: Node): void {
    let spreads = 0;
    for (const property of node.properties as Node[]) {
      if (property.type !== "SpreadElement") {
        this.visit(property);
        continue;
      }
      const value = property.argument as Node;
      this.#around(value, [`${recorderName}.spread(`, `,${spreads++})`], () => this.visit(value));
    }
  }

  #tableEntry(property: Node): (string | number | null)[] {
    if (property.type === "SpreadElement") return [null, ...this.#position(property.start)];
    const key = property.key as Node;
    const name = key.type === "Literal" ? String(key.value) : property.computed === true ? undefined : key.name;
    return typeof name === "string" ? [name, ...this.#position(key.start)] : [];
  }

  /** So that a module without any literal is still known by its file. */
  #defaultExport(declaration: Node): void {
    const isStatement = declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration";
    if (isStatement && declaration.id) this.#children(declaration);
    else {
      const wrap: Wrap = [`${recorderName}.module(`, `,${JSON.stringify(this.file)})`];
      this.#around(declaration, wrap, () => this.visit(declaration));
    }
  }

  /** `import.meta.url` and its like would be those of the bundle. */
  #replaceMeta(node: Node): boolean {
    const object = node.object as Node | undefined;
    if (node.type !== "MemberExpression" || object?.type !== "MetaProperty") return false;
    const values: Record<string, string> = {
      url: pathToFileURL(this.file).href,
      filename: this.file,
      dirname: dirname(this.file),
    };
    const value = values[String((node.property as Node).name)];
    if (value === undefined || this.source.slice(node.start, node.end).includes("\n")) return false;
    this.edits.push({ from: node.start, to: node.end, text: JSON.stringify(value) });
    return true;
  }

  #position(offset: number): [line: number, column: number] {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return [low + 1, offset - this.#lineStarts[low]! + 1];
  }
}

/** In the order in which they are written. */
function childrenOf(node: Node): Node[] {
  const found: Node[] = [];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) found.push(child);
  }
  return found.sort((a, b) => a.start - b.start);
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";
