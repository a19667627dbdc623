/**
 * The layer rule: which folder of src/ may import which, and what no pure folder may touch. Run by test/layers.test.ts.
 * The arrows are those of docs/design/layers.md; change them there and here, in the commit that needs it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync } from "oxc-parser";

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A folder, or one file of it. What a file may import is said by the longest entry that holds it. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "error.ts": [],
  modules: ["error.ts"],
  units: ["error.ts"],
  network: ["error.ts", "units"],
  options: ["error.ts", "modules", "network/address.ts", "network/names.ts"],
  host: ["error.ts", "network"],
  store: ["error.ts", "host"],
  "store/layout.ts": [],
  "store/names.ts": ["error.ts"],
  "store/nix-places.ts": [],
  systems: ["error.ts", "host", "store", "units", "modules"],
  "systems/recipe.ts": ["store/names.ts"],
  "systems/images/recipe.ts": [],
  "systems/images/reference.ts": [],
  load: ["error.ts", "modules", "host", "store"],
  runtimes: [
    "error.ts",
    "options",
    "network",
    "units",
    "modules",
    "systems/images/recipe.ts",
    "systems/recipe.ts",
    "store/layout.ts",
    "store/names.ts",
    "store/nix-places.ts",
    "compile/generation.ts",
  ],
  compile: [
    "error.ts",
    "options",
    "runtimes",
    "network",
    "units",
    "modules",
    "systems/account-homes.ts",
    "systems/account-numbers.ts",
    "systems/images/recipe.ts",
    "systems/lock.ts",
    "systems/recipe.ts",
    "store/layout.ts",
    "store/names.ts",
    "store/nix-places.ts",
  ],
  "compile/generation.ts": ["systems/images/recipe.ts", "systems/recipe.ts", "units/unit.ts"],
  "compile/ports.ts": ["compile/generation.ts", "network"],
  "compile/children.ts": [
    "compile",
    "error.ts",
    "options",
    "modules",
    "plan/inner.ts",
    "plan/packages.ts",
    "systems/recipe.ts",
  ],
  plan: [
    "error.ts",
    "compile/generation.ts",
    "compile/ports.ts",
    "network",
    "units",
    "store/layout.ts",
    "store/names.ts",
    "systems/recipe.ts",
  ],
  // Compares generations, and knows nothing of plans.
  "plan/diff": [
    "plan/diff",
    "compile/generation.ts",
    "compile/mixture/owned.ts",
    "plan/packages.ts",
    "units",
    "store/layout.ts",
    "systems/recipe.ts",
  ],
  // They compare recipes, and know nothing of plans.
  "plan/inner.ts": ["plan/inner-accounts.ts", "plan/inside.ts", "units", "systems/recipe.ts"],
  "plan/inner-accounts.ts": ["systems/recipe.ts"],
  "plan/inside.ts": ["units", "systems/recipe.ts"],
  "plan/packages.ts": ["systems/recipe.ts"],
  apply: [
    "error.ts",
    "plan",
    "store",
    "host",
    "runtimes",
    "units",
    "network",
    "compile/generation.ts",
    "systems/recipe.ts",
  ],
  doctor: ["error.ts", "host", "store", "compile/generation.ts"],
  "doctor/checks": [
    "doctor",
    "host/engine-programs.ts",
    "host/id-maps.ts",
    "compile/generation.ts",
    "compile/ports.ts",
  ],
  "index.ts": ["error.ts", "options", "modules"],
  cli: [
    // What a host.ts means by "stowage" is this program's own.
    "index.ts",
    "error.ts",
    "apply",
    "doctor",
    "plan",
    "compile",
    "systems",
    "store",
    "host",
    "load",
    "modules",
    "options",
    "runtimes",
    "units",
    "network",
  ],
};

/** The one part of a runtime that reads the machine. */
const isObserver = (file: string): boolean => /^runtimes\/[^/]+\/observe(\.ts|\/)/.test(file);
const observerArrows = [...(arrows.runtimes ?? []), "runtimes", "host", "plan", "store"];

/** What depends on nothing but its arguments. */
const pure = [
  "modules",
  "options",
  "units",
  "network",
  "compile",
  "plan",
  "runtimes",
  "doctor/checks",
  "host/engine-programs.ts",
  "host/id-maps.ts",
  "doctor/facts.ts",
  "doctor/finding.ts",
  "doctor/diagnose.ts",
  "systems/account-files.ts",
  "systems/account-lines.ts",
  "systems/account-homes.ts",
  "systems/account-numbers.ts",
  "systems/images/recipe.ts",
  "systems/images/reference.ts",
  "systems/recipe.ts",
  "store/layout.ts",
  "store/names.ts",
  "store/nix-places.ts",
];
const isPure = (file: string): boolean => !isObserver(file) && pure.some((part) => holds(part, file));

/** How a program touches the machine, with and without `node:`, and with what is below them (`fs/promises`). */
const effects = [
  "fs",
  "process",
  "child_process",
  "worker_threads",
  "http",
  "https",
  "http2",
  "dgram",
  "tls",
  "readline",
];
const isEffect = (specifier: string): boolean => effects.includes(specifier.replace(/^node:/, "").split("/")[0] ?? "");

const maxLines = 300;

function holds(part: string, file: string): boolean {
  return part === file || file.startsWith(`${part}/`);
}

function arrowsOf(file: string): { readonly from: string; readonly to: readonly string[] } | undefined {
  if (isObserver(file)) return { from: "runtimes/*/observe.ts", to: observerArrows };
  const parts = Object.keys(arrows).filter((part) => holds(part, file));
  const from = parts.sort((a, b) => b.length - a.length)[0];
  return from === undefined ? undefined : { from, to: arrows[from] ?? [] };
}

interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Gone after compilation: counts for the arrows, but brings no effects. */
  readonly typeOnly: boolean;
}

interface Parsed {
  readonly imports: readonly Import[];
  /** Places where the global `process` or `console` is used. */
  readonly globals: readonly { readonly name: string; readonly line: number }[];
}

type Node = { readonly type?: unknown; readonly start?: unknown } & Readonly<Record<string, unknown>>;

function parse(file: string, text: string): Parsed {
  const { program, errors } = parseSync(file, text);
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`);
  const imports: Import[] = [];
  const globals: { name: string; line: number }[] = [];
  const lineOf = (node: Node): number => text.slice(0, Number(node.start)).split("\n").length;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const element of value) visit(element);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    const node = value as Node;
    const source = node.source as Node | null | undefined;
    if (/^(Import|ExportNamed|ExportAll)|^TSImportType$/.test(String(node.type)) && typeof source?.value === "string") {
      const typeOnly = node.importKind === "type" || node.exportKind === "type" || node.type === "TSImportType";
      imports.push({ specifier: source.value, line: lineOf(node), typeOnly });
    }
    const object = node.type === "MemberExpression" ? (node.object as Node) : undefined;
    if (object?.type === "Identifier" && (object.name === "process" || object.name === "console")) {
      globals.push({ name: object.name, line: lineOf(node) });
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(program);
  return { imports, globals };
}

/** Checks files given by their path below src/. */
export function violations(files: ReadonlyMap<string, string>): Violation[] {
  const parsed = new Map([...files].map(([file, text]) => [file, parse(file, text)]));
  return [...files].flatMap(([file, text]) => {
    const found: Violation[] = [];
    const lines = text.trimEnd().split("\n").length;
    if (lines > maxLines) found.push({ file, line: lines, message: `${lines} lines; at most ${maxLines}` });
    const { imports, globals } = parsed.get(file) ?? { imports: [], globals: [] };
    found.push(...imports.flatMap((one) => checkArrow(file, one)));
    if (isPure(file)) found.push(...checkPure(file, parsed));
    for (const { name, line } of globals) {
      const speaks = name === "console" && !file.startsWith("cli/");
      if (speaks || isPure(file)) found.push({ file, line, message: `uses the global ${name}` });
    }
    return found;
  });
}

function checkArrow(file: string, { specifier, line }: Import): Violation[] {
  if (!specifier.startsWith(".")) return [];
  const target = posix.join(posix.dirname(file), specifier);
  const rule = arrowsOf(file);
  if (!rule) return [{ file, line, message: `no layer: add ${file.split("/")[0]} to tools/layers.ts` }];
  if (target.startsWith("..")) return [{ file, line, message: `imports ${specifier}, which is outside of src` }];
  // A file with arrows of its own does not get those within its folder.
  const within = rule.from === file.split("/")[0] && holds(rule.from, target);
  const allowed = within || rule.to.some((part) => holds(part, target));
  if (allowed && !(isObserver(target) && isPure(file))) return [];
  return [{ file, line, message: `${rule.from} may not import ${target}` }];
}

/** Everything that a pure file imports must be free of effects, however far away. */
function checkPure(file: string, parsed: ReadonlyMap<string, Parsed>): Violation[] {
  return (parsed.get(file)?.imports ?? []).flatMap(({ specifier, line, typeOnly }) => {
    if (typeOnly) return [];
    if (isEffect(specifier)) return [{ file, line, message: `is pure and imports ${specifier}` }];
    const way = specifier.startsWith(".") ? wayToEffect(resolve(file, specifier), parsed, new Set([file])) : undefined;
    return way === undefined ? [] : [{ file, line, message: `is pure and reaches ${way.join(" → ")}` }];
  });
}

const resolve = (file: string, specifier: string): string => posix.join(posix.dirname(file), specifier);

function wayToEffect(file: string, parsed: ReadonlyMap<string, Parsed>, seen: Set<string>): string[] | undefined {
  if (seen.has(file)) return undefined;
  seen.add(file);
  for (const { specifier, typeOnly } of parsed.get(file)?.imports ?? []) {
    if (typeOnly) continue;
    if (isEffect(specifier)) return [file, specifier];
    const way = specifier.startsWith(".") ? wayToEffect(resolve(file, specifier), parsed, seen) : undefined;
    if (way) return [file, ...way];
  }
  return undefined;
}

/** The sources of a checkout, by their path below src/. */
export function sources(root: string): Map<string, string> {
  const names = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(".ts")).sort();
  return new Map(files.map((name) => [name, readFileSync(join(root, "src", name), "utf8")]));
}
