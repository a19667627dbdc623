/** The reference of options, generated from their declarations. */
import type { Place } from "../error.ts";
import { type DeclaredOption, isGroup, type OptionGroup } from "./declared.ts";
import { collectedOf } from "./instance.ts";
import type { Module } from "./module.ts";
import type { OptionType } from "./option-type.ts";
import { isDocumented } from "./schema.ts";
import { showValueWhole } from "./show.ts";

/** What is to be known of one option. */
export interface OptionDoc {
  /** `containers.<name>.forwardPorts.*.hostPort` */
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** As text; undefined where there is none. */
  readonly default?: string;
  readonly example?: string;
  readonly readOnly: boolean;
  readonly places: readonly Place[];
}

/** All options that modules declare, those of submodules too, by name. */
export function optionDocs(modules: readonly Module[]): OptionDoc[] {
  const docs: OptionDoc[] = [];
  new Walk(docs).modules(modules, []);
  return docs.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

class Walk {
  // A submodule that contains itself is told once.
  readonly #inProgress = new Set<readonly Module[]>();

  constructor(readonly docs: OptionDoc[]) {}

  modules(modules: readonly Module[], path: readonly string[]): void {
    if (this.#inProgress.has(modules)) return;
    this.#inProgress.add(modules);
    this.#group(collectedOf({ modules, specialArgs: {} }).tree, path);
    this.#inProgress.delete(modules);
  }

  #group(group: OptionGroup, path: readonly string[]): void {
    for (const [name, member] of group.members) {
      if (name === "_module") continue;
      if (isGroup(member)) this.#group(member, [...path, name]);
      else if (isDocumented(member)) this.#option(member, [...path, name]);
    }
  }

  #option(declared: DeclaredOption, path: readonly string[]): void {
    const { option, places } = declared;
    const fallback = defaultText(declared);
    this.docs.push({
      name: path.join("."),
      type: option.type.description,
      description: option.description ?? "",
      ...(fallback !== undefined && { default: fallback }),
      ...(option.example !== undefined && { example: showValueWhole(option.example) }),
      readOnly: option.readOnly ?? false,
      places,
    });
    this.#below(option.type, path);
  }

  #below({ merging }: OptionType, path: readonly string[]): void {
    if (merging.by === "modules") this.modules(merging.modules, path);
    else if (merging.by === "attributes") this.#below(merging.element, [...path, "<name>"]);
    else if (merging.by === "elements") this.#below(merging.element, [...path, "*"]);
    else if (merging.by === "choice") for (const type of merging.types) this.#below(type, path);
  }
}

function defaultText({ option }: DeclaredOption): string | undefined {
  if (option.defaultText !== undefined) return option.defaultText;
  if (!("default" in option)) return undefined;
  return option.type.secret ? "a secret" : showValueWhole(option.default);
}

/** The reference as Markdown, a heading for each option. */
export function optionsMarkdown(docs: readonly OptionDoc[]): string {
  return docs.map(markdownOf).join("\n");
}

function markdownOf(doc: OptionDoc): string {
  const lines = [`### \`${doc.name}\``, ""];
  if (doc.description !== "") lines.push(doc.description, "");
  lines.push(`- Type: ${doc.type}`);
  if (doc.default !== undefined) lines.push(`- Default: ${code(doc.default)}`);
  if (doc.example !== undefined) lines.push(`- Example: ${code(doc.example)}`);
  if (doc.readOnly) lines.push("- Read-only");
  return `${lines.join("\n")}\n`;
}

/** A longer fence where the text itself has backticks. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return longest > 0 ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}
