/** What `stowage --help` and `stowage VERB --help` print. */
import { exitCodeHelp } from "./exit-codes.ts";
import {
  type Described,
  describeVerb,
  type FlagDescription,
  usageLine,
  type VerbDescription,
} from "./verbs/described.ts";
import { common, groups, verbs } from "./verbs/index.ts";

/** All verbs, those of most days first; none stands there twice. */
export function rootHelp(): string {
  const all: Readonly<Record<string, Described>> = verbs;
  const isCommon = (name: string) => common.includes(name);
  const first = common.flatMap((name) => (all[name] === undefined ? [] : [describeVerb(name, all[name])]));
  const others = Object.entries(groups).map(([title, members]) => {
    const descriptions = Object.entries(members).map(([name, verb]) => describeVerb(name, verb));
    return groupText(
      title,
      descriptions.filter(({ name }) => !isCommon(name)),
    );
  });
  return `Declarative containers for any systemd Linux host.

usage: stowage [-c host.ts] <verb> …

${[groupText("Every day", first), ...others].join("")}Of every verb:
  -h, --help       what it does, what it takes, examples; also: stowage help VERB
  -q, -v           say less, say more
  --json           the answer as JSON, where there is one
  --no-color       no colours (NO_COLOR is respected too)
  -c, --config     the configuration; default ./host.ts, else /etc/stowage/host.ts

Exit codes:
${exitCodeHelp}
`;
}

function groupText(title: string, members: readonly VerbDescription[]): string {
  if (members.length === 0) return "";
  const lines = members.map(({ name, aliases, brief }) => {
    const also = aliases.length === 0 ? "" : ` (also: ${aliases.join(", ")})`;
    return `  ${name.padEnd(13)} ${brief}${also}\n`;
  });
  return `${title}:\n${lines.join("")}\n`;
}

/** Flags that nearly every verb has: they stand last. */
const everywhere = ["config", "quiet", "verbose", "no-color", "json"];

export const isEverywhere = ({ name, value }: FlagDescription): boolean =>
  everywhere.includes(name) && (name !== "config" || value?.placeholder === "host.ts");

export function verbHelp(verb: VerbDescription): string {
  const shown = verb.flags.filter(({ isHidden }) => !isHidden);
  const flags = [...shown.filter((flag) => !isEverywhere(flag)), ...shown.filter(isEverywhere)];
  const parts = [
    `usage: ${usageLine(verb)}`,
    ...(verb.aliases.length === 0 ? [] : [`also: ${verb.aliases.map((alias) => `stowage ${alias}`).join(", ")}`]),
    "",
    ...wrapped(`${verb.brief}.${verb.details ? ` ${verb.details}` : ""}`),
    "",
    "Examples:",
    ...verb.examples.map((line) => `  stowage ${line}`),
    "",
    ...(verb.arguments.length === 0
      ? []
      : ["Arguments:", ...columns(verb.arguments.map((one) => [one.placeholder, one.brief])), ""]),
    "Flags:",
    ...columns([...flags.map((flag) => [flagText(flag), flagBrief(flag)] as const), ["-h, --help", "Print this"]]),
  ];
  return `${parts.join("\n")}\n`;
}

/** `-n, --lines <number>`, `    --since <time>` */
export function flagText({ name, letter, value }: FlagDescription): string {
  const short = letter === undefined ? "    " : `-${letter}, `;
  return `${short}--${name}${value === undefined ? "" : ` <${value.placeholder}>`}`;
}

/** With what must be known to use it. */
export function flagBrief({ brief, value, isRepeated, isRequired }: FlagDescription): string {
  const notes = [
    ...(value?.values && value.placeholder === "word" ? [value.values.join(", ")] : []),
    ...(isRequired ? ["must be given"] : []),
    ...(isRepeated && !brief.includes("several times") ? ["can be given several times"] : []),
  ];
  return notes.length === 0 ? brief : `${brief} (${notes.join("; ")})`;
}

function columns(rows: readonly (readonly [left: string, right: string])[] | readonly string[][]): string[] {
  const width = Math.max(...rows.map(([left = ""]) => left.length));
  return rows.map(([left = "", right = ""]) => `  ${left.padEnd(width)}  ${right}`);
}

/** A terminal's width, less a margin. */
const lineLength = 100;

/** Lines that break between words. */
function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + 1 + word.length > lineLength) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
