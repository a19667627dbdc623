/** docs/reference/json.md as what it is: a description that every printed document can be held against. */
import { readFileSync } from "node:fs";
import { verbFirst } from "../../src/cli/app.ts";
import { aliases } from "../../src/cli/verbs/index.ts";

interface Field {
  readonly type: string;
  readonly isOptional: boolean;
}

type Shape = ReadonlyMap<string, Field>;

/** What one verb prints: a document, one on each line, or none. */
export interface Section {
  readonly prints: "document" | "lines" | "none";
  readonly type: string;
  readonly shapes: ReadonlyMap<string, Shape>;
}

export type JsonPage = ReadonlyMap<string, Section>;

const shared = "Shared";

/** By verb; that of "Shared" is what all of them may name. */
export function readJsonPage(): JsonPage {
  const text = readFileSync(new URL("../../docs/reference/json.md", import.meta.url), "utf8");
  const sections = text.split(/^## /m).slice(1);
  return new Map(sections.map((section) => [section.slice(0, section.indexOf("\n")), sectionOf(section)]));
}

function sectionOf(section: string): Section {
  const [head = "", ...parts] = section.split(/^### /m);
  const [, lines, type = ""] = /^Document: (lines of )?`(.+?)`/m.exec(head) ?? [];
  const prints = type === "" ? "none" : lines === undefined ? "document" : "lines";
  return { prints, type, shapes: new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")), shapeOf(part)])) };
}

const shapeOf = (part: string): Shape =>
  new Map(
    [...part.matchAll(/^\| `([a-zA-Z0-9]+)(\?)?` \| ([^|]+?) \|/gm)].map(([, name = "", mark, type = ""]) => [
      name,
      { type, isOptional: mark === "?" },
    ]),
  );

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const plain: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  object: isObject,
  anything: () => true,
};

/** What of a value is not as its type says, with the path to it; nothing, mostly. */
class Judge {
  readonly #shapes: ReadonlyMap<string, Shape>;

  constructor(page: JsonPage, section: Section) {
    this.#shapes = new Map([...(page.get(shared)?.shapes ?? []), ...section.shapes]);
  }

  ofType(type: string, value: unknown, at: string): string[] {
    const [, of, each = ""] = /^(list|map) of (.+)$/.exec(type) ?? [];
    // Of a list "or" belongs to what is in it, but for null: `list of a or b`, `list of a or null`.
    if (of !== undefined && each.endsWith(" or null"))
      return value === null ? [] : this.ofType(type.slice(0, -" or null".length), value, at);
    if (of === "list") {
      if (!Array.isArray(value)) return [`${at} is no list`];
      return value.flatMap((one, index) => this.ofType(each, one, `${at}[${index}]`));
    }
    if (of === "map") {
      if (!isObject(value)) return [`${at} is no object`];
      return Object.entries(value).flatMap(([name, one]) => this.ofType(each, one, `${at}.${name}`));
    }
    const answers = type.split(" or ").map((one) => this.#ofOne(one, value, at));
    return answers.find((answer) => answer.length === 0) ?? answers.find((answer) => answer.length > 1) ?? answers[0]!;
  }

  #ofOne(type: string, value: unknown, at: string): string[] {
    const shape = this.#shapes.get(type);
    if (shape !== undefined) return this.#ofShape(shape, value, at, type);
    if (type.startsWith('"')) return value === JSON.parse(type) ? [] : [`${at} is not ${type}`];
    const is = plain[type];
    if (is === undefined) throw new Error(`json.md: there is no type ${type}, for ${at}`);
    return is(value) ? [] : [`${at} is not ${type}`];
  }

  #ofShape(shape: Shape, value: unknown, at: string, type: string): string[] {
    if (!isObject(value)) return [`${at} is not ${type}`];
    const unknown = Object.keys(value).filter((name) => !shape.has(name));
    return [
      ...unknown.map((name) => `${at}.${name} is not described`),
      ...[...shape].flatMap(([name, field]) => {
        const one = value[name];
        if (one === undefined) return field.isOptional ? [] : [`${at}.${name} is missing`];
        return this.ofType(field.type, one, `${at}.${name}`);
      }),
    ];
  }
}

/** What of the output of `stowage VERB --json` is not as the page says. */
export function jsonDifferences(page: JsonPage, verb: string, stdout: string): string[] {
  const section = page.get(verb);
  if (section === undefined) return [`json.md has no section ${verb}`];
  if (section.prints === "none") return [`json.md says that ${verb} prints no document`];
  const judge = new Judge(page, section);
  const texts = section.prints === "lines" ? stdout.split("\n").filter((line) => line !== "") : [stdout];
  return texts.flatMap((text) => judge.ofType(section.type, JSON.parse(text), verb));
}

/** Types that the page names and does not have; of what nothing printed may ever show. */
export function unknownTypes(page: JsonPage): string[] {
  const all = page.get(shared)?.shapes ?? new Map<string, Shape>();
  return [...page].flatMap(([verb, { type, shapes }]) => {
    const types = [type, ...[...shapes.values()].flatMap((shape) => [...shape.values()].map((field) => field.type))];
    return types
      .flatMap((one) => one.replace(/^((list|map) of )+/, "").split(" or "))
      .filter((one) => one !== "" && !one.startsWith('"') && !shapes.has(one) && !all.has(one) && !(one in plain))
      .map((one) => `${verb}: ${one}`);
  });
}

let page: JsonPage | undefined;

/**
 * Every document that a test has printed is held against the page.
 * @param argv without `stowage`
 * @throws where it is not as the page says
 */
export function requireDocumented(argv: readonly string[], stdout: string): void {
  const [verb = ""] = verbFirst(argv);
  if (!isDocument(argv, stdout)) return;
  page ??= readJsonPage();
  const wrong = jsonDifferences(page, aliases[verb] ?? verb, stdout);
  if (wrong.length > 0)
    throw new Error(`docs/reference/json.md does not describe this:\n${wrong.slice(0, 20).join("\n")}`);
}

/** A document was asked for, and there is one. */
function isDocument(argv: readonly string[], stdout: string): boolean {
  const end = argv.indexOf("--");
  const own = end < 0 ? argv : argv.slice(0, end);
  return (
    own.includes("--json") &&
    !["--events", "--schema", "--help", "-h"].some((flag) => own.includes(flag)) &&
    stdout !== ""
  );
}
