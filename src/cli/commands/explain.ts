/** stowage explain PATH: all about one option. */
import { isolationOf } from "../../compile/index.ts";
import { StowageError, showPlace } from "../../error.ts";
import {
  type ExplainedDefinition,
  type Explanation,
  explain,
  type OptionDoc,
  optionDocs,
  searchOptions,
} from "../../modules/index.ts";
import { evaluate } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import { parsePath } from "../option-path.ts";
import { isolationText } from "../report/words.ts";
import type { HostFlags, Session } from "../session.ts";
import { docText } from "./options.ts";

type Flags = HostFlags & { readonly json?: boolean };

export default async function explainVerb(session: Session, flags: Flags, path: string): Promise<number> {
  const names = parsePath(path);
  const { evaluation, modules } = await evaluate(session, flags);
  const docs = optionDocs(modules);
  const doc = docOf(docs, names);
  const explanation = explain(evaluation, names);
  if (explanation === undefined && doc === undefined) throw noSuchOption(path, docs);
  const about = isolationAsked(names);
  const isolation = about && isolationOf(about.name, evaluation.config, session.layout, about.kind);
  if (flags.json) session.print(`${JSON.stringify({ ...doc, ...explanation, ...isolation }, null, 2)}\n`);
  else if (explanation === undefined) session.print(docText(doc as OptionDoc));
  else {
    const means = isolation && `\nIt is ${isolationText(isolation.isolation, isolation.trustedBecause)}\n`;
    session.print(`${explanationText(explanation, doc)}${means ?? ""}`);
  }
  return exitCodes.done;
}

/** `containers.web`, and the option whose default is computed from all the others; `ociContainers.containers.web`. */
function isolationAsked(path: readonly string[]): { readonly name: string; readonly kind: "system" | "oci" } | null {
  const kind = path[0] === "ociContainers" ? "oci" : "system";
  const [tree, name, option, ...rest] = kind === "oci" ? path.slice(1) : path;
  if (tree !== "containers" || name === undefined || rest.length > 0) return null;
  return option === undefined || option === (kind === "oci" ? "privileged" : "privateUsers") ? { name, kind } : null;
}

/** The declaration that a path is an instance of: `containers.web.path` of `containers.<name>.path`. */
function docOf(docs: readonly OptionDoc[], path: readonly string[]): OptionDoc | undefined {
  return docs.find(({ name }) => {
    const parts = name.split(".");
    return parts.length === path.length && parts.every((part, i) => part === path[i] || /^(<.*>|\*)$/.test(part));
  });
}

function explanationText(explained: Explanation, doc: OptionDoc | undefined): string {
  const lines = [`${explained.name} = ${explained.value ?? "(no value)"}`];
  if (explained.problem !== undefined) lines.push(`  ${explained.problem}`);
  lines.push("", `  ${explained.type}`);
  if (explained.description) lines.push(`  ${explained.description}`);
  if (explained.default !== undefined) lines.push(`  Default: ${explained.default}`);
  if (doc?.example !== undefined) lines.push(`  Example: ${doc.example}`);
  lines.push("");
  if (explained.definitions.length === 0) lines.push("Nobody defines it.");
  else lines.push("Defined:", ...explained.definitions.map(definitionLine));
  if (explained.declared.length > 0) lines.push(`Declared at ${explained.declared.map(showPlace).join(", ")}`);
  return `${lines.join("\n")}\n`;
}

function definitionLine({ value, place, file, priority, because }: ExplainedDefinition): string {
  const where = place ? showPlace(place) : (file ?? "");
  const notes = [
    priority === 100 ? "" : `priority ${priority}`,
    because === undefined ? "" : `does not count: ${because}`,
  ];
  const note = notes.filter((text) => text !== "").join("; ");
  return `  ${value}${where && `  at ${where}`}${note && `  (${note})`}`;
}

function noSuchOption(path: string, docs: readonly OptionDoc[]): StowageError {
  const near = searchOptions(docs, path.split(".").at(-1) ?? path).slice(0, 3);
  return new StowageError({
    code: "no-such-option",
    message: `there is no option ${path}`,
    ...(near.length > 0 && { hint: `did you mean ${near.map(({ name }) => name).join(" or ")}?` }),
  });
}
