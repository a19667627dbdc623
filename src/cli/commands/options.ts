/** stowage options [WORDS]: what may be set. */
import { StowageError } from "../../error.ts";
import {
  type Module,
  type OptionDoc,
  optionDocs,
  optionsMarkdown,
  optionsSchema,
  searchOptions,
} from "../../modules/index.ts";
import { evaluate, ownModules } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Session } from "../session.ts";
import type { OptionsFlags } from "../verbs/parts.ts";

type Flags = OptionsFlags & { readonly json?: boolean };

export default async function options(session: Session, flags: Flags, search?: string): Promise<number> {
  const modules = await modulesOf(session, flags);
  if (flags.schema) {
    session.print(`${JSON.stringify(optionsSchema(modules), null, 2)}\n`);
    return exitCodes.done;
  }
  const docs = search === undefined ? optionDocs(modules) : searchOptions(optionDocs(modules), search);
  if (flags.json) session.print(`${JSON.stringify(docs, null, 2)}\n`);
  else if (flags.markdown) session.print(optionsMarkdown(docs));
  else session.print(docs.map(docText).join("\n"));
  if (docs.length > 0) return exitCodes.done;
  session.tell(`no option has "${search}" in its name or description\n`);
  return exitCodes.error;
}

/** Without a configuration: the options that every host has. */
async function modulesOf(session: Session, flags: Flags): Promise<readonly Module[]> {
  try {
    return (await evaluate(session, flags)).modules;
  } catch (error) {
    const none = error instanceof StowageError && error.problems.every(({ code }) => code === "no-configuration");
    if (none && flags.config === undefined) return ownModules;
    throw error;
  }
}

export function docText(doc: OptionDoc): string {
  const lines = [doc.name, `  ${doc.type}${doc.default === undefined ? "" : `, default ${doc.default}`}`];
  if (doc.description) lines.push(`  ${doc.description}`);
  if (doc.example !== undefined) lines.push(`  Example: ${doc.example}`);
  return `${lines.join("\n")}\n`;
}
