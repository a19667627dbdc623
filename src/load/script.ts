/**
 * A bundle as a script: Node's loader of modules takes 15 ms to get ready, that of scripts is there. Only where nobody
 * could tell the one from the other; all else stays a module.
 */

/** The one export, behind which only the source map may come. */
const lastStatement = /\nexport \{\n {2}([\w$]+) as default\n\};\n(\/\/# sourceMappingURL=[^\n]*\n?)?$/;

/**
 * What means another thing in a script, or nothing in one of them. In a text or a comment it does no harm, but who knows.
 * `this` at the top esbuild has replaced.
 */
const differs = /\b(?:import|await|require|exports|arguments|eval|__filename|__dirname)\b|(?<!__stowage\.)\bmodule\b/;

/**
 * @param code an ES module as esbuild writes it
 * @returns it as a CommonJS module whose lines are the same, or null
 */
export function asScript(code: string): string | null {
  const found = lastStatement.exec(code);
  // esbuild begins with the name of the first file; a line of code would have other columns behind our words.
  if (found === null || !code.startsWith("//")) return null;
  const body = code.slice(0, found.index);
  if (differs.test(body)) return null;
  return `"use strict"; ${body}\nmodule.exports = {\n  default: ${found[1]}\n};\n${found[2] ?? ""}`;
}
