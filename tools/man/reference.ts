/** The verbs as a page of Markdown: docs/reference/command.md. */
import { exitCodeMeanings } from "../../src/cli/exit-codes.ts";
import { flagText, isEverywhere } from "../../src/cli/help.ts";
import {
  type Described,
  describeVerb,
  type FlagDescription,
  usageLine,
  type VerbDescription,
} from "../../src/cli/verbs/described.ts";
import { groups } from "../../src/cli/verbs/index.ts";

export function commandMarkdown(): string {
  const parts = Object.entries(groups).flatMap(([title, members]) => [
    `## ${title}`,
    ...Object.entries(members).map(([name, verb]: [string, Described]) => verbText(describeVerb(name, verb))),
  ]);
  return `${head}\n\n${parts.join("\n\n")}\n\n## Exit codes\n\n${exitCodes}\n`;
}

const head = `# The command

Generated from the declarations in \`src/cli/verbs\`, as \`stowage VERB --help\` and the man pages are. What \`--json\` prints: [json.md](json.md); \`--events\`: [events.md](events.md).

\`stowage [-c host.ts] <verb> …\`. Of every verb, or of all that have use for it:

| flag | meaning |
|---|---|
| \`-h\`, \`--help\` | what it does, what it takes, examples; also \`stowage help VERB\` |
| \`-c\`, \`--config <host.ts>\` | the configuration; default ./host.ts, else /etc/stowage/host.ts |
| \`-q\`, \`--quiet\` | only the answer and errors |
| \`-v\`, \`--verbose\` | also what went well, and how long it took |
| \`--no-color\` | no colours; NO_COLOR is respected, too |
| \`--json\` | the answer as JSON |`;

const exitCodes = [
  "| code | meaning |",
  "|---|---|",
  ...exitCodeMeanings.map(([code, meaning]) => `| ${code} | ${meaning} |`),
].join("\n");

function verbText(verb: VerbDescription): string {
  const { name, aliases, brief, details, examples } = verb;
  const also = aliases.length === 0 ? "" : ` Also: ${aliases.map((alias) => `\`stowage ${alias}\``).join(", ")}.`;
  return [
    `### ${name}`,
    `\`${usageLine(verb)}\``,
    `${brief}.${details && ` ${details}`}${also}`.replaceAll("<", "&lt;"),
    ...tableOf(verb),
    `\`\`\`sh\n${examples.map((line) => `stowage ${line}`).join("\n")}\n\`\`\``,
  ].join("\n\n");
}

/** What is this verb's own. */
function tableOf({ flags, arguments: args }: VerbDescription): string[] {
  const own = flags.filter((flag) => !flag.isHidden && !isEverywhere(flag));
  const rows = [
    ...args.map(({ placeholder, brief }) => row(`<${placeholder}>`, brief)),
    ...own.map((flag) => row(flagText(flag).trim(), noted(flag))),
  ];
  return rows.length === 0 ? [] : [["| | |", "|---|---|", ...rows].join("\n")];
}

const row = (head: string, text: string): string =>
  `| \`${head.replaceAll("|", "\\|")}\` | ${text.replaceAll("|", "\\|").replaceAll("<", "&lt;")} |`;

const noted = ({ brief, isRequired }: FlagDescription): string => (isRequired ? `${brief}; must be given` : brief);
