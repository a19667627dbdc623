/** The manual: a page of the command, and one of each verb, from what the command itself says in its help. */
import { exitCodeMeanings } from "../../src/cli/exit-codes.ts";
import { isEverywhere } from "../../src/cli/help.ts";
import {
  type ArgumentDescription,
  describeVerb,
  type FlagDescription,
  type VerbDescription,
} from "../../src/cli/verbs/described.ts";
import { aliases, groups, verbs } from "../../src/cli/verbs/index.ts";
import { bold, escaped, italic, paragraph, section, term, title, verbatim } from "./roff.ts";

/** By file name: `stowage-switch.1`. */
export function manual(version: string): Readonly<Record<string, string>> {
  const described = Object.entries(verbs).map(([name, verb]) => describeVerb(name, verb));
  return {
    "stowage.1": commandPage(version),
    ...Object.fromEntries(described.map((verb) => [`stowage-${verb.name}.1`, verbPage(verb, version)])),
    // A page that is only a reference to another: man(1) follows it.
    ...Object.fromEntries(
      Object.entries(aliases).map(([alias, name]) => [`stowage-${alias}.1`, `.so man1/stowage-${name}.1\n`]),
    ),
  };
}

const page = (...parts: readonly string[]): string => `${parts.join("\n")}\n`;

function commandPage(version: string): string {
  const lists = Object.entries(groups).flatMap(([name, members]) => [
    `.SS ${escaped(name)}`,
    ...Object.entries(members).map(([verb, { words }]) => {
      const also = words.aliases.length === 0 ? "" : ` Also: ${words.aliases.join(", ")}.`;
      return term(bold(verb), paragraph(`${words.brief}.${also}`));
    }),
  ]);
  return page(
    title("stowage", version),
    section("Name", "stowage \\- declarative containers for any systemd Linux host"),
    section(
      "Synopsis",
      `.B stowage\n[\\fB\\-c\\fR \\fIhost.ts\\fR]\n${italic("verb")}\n[${italic("flags")}]\n[${italic("arguments")}]`,
    ),
    section(
      "Description",
      paragraph(description),
      ".PP",
      paragraph("Each verb has a page of its own: stowage-switch(1), and so on."),
    ),
    section("Verbs", ...lists),
    section(
      "Options",
      term(`${bold("-h")}, ${bold("--help")}`, "What a verb does, what it takes, examples"),
      ...sharedFlags().map(flagTerm),
      term(bold("--version"), "The version of the command"),
    ),
    section("Exit status", ...exitCodeMeanings.map(([code, meaning]) => term(bold(String(code)), paragraph(meaning)))),
    section(
      "Environment",
      ...Object.entries(environment).map(([name, meaning]) => term(bold(name), paragraph(meaning))),
    ),
    section("Files", ...Object.entries(files).map(([path, meaning]) => term(italic(path), paragraph(meaning)))),
    section("See also", ".BR systemd\\-nspawn (1),\n.BR machinectl (1),\n.BR podman (1),\n.BR journalctl (1)"),
  );
}

const description =
  "Containers are declared in host.ts, in TypeScript: whole systems that run under systemd-nspawn, and OCI images that run under podman or docker. `stowage switch` makes the machine what is declared, and keeps what was before, so that `stowage rollback` finds it.";

const environment = {
  NO_COLOR: "No colours, whatever it is set to.",
  STOWAGE_STATE_DIR: "Instead of /var/lib/stowage; for building on a machine that is not the host.",
  STOWAGE_CACHE_DIR: "Instead of the caches below /var/cache/stowage or the user's own.",
};

const files = {
  "/etc/stowage/host.ts": "The configuration, where there is none in the working directory.",
  "/etc/stowage/stowage.lock": "Beside it: exact versions of packages and images.",
  "/etc/stowage/made/": "Containers that were made by hand, each as a small host.ts.",
  "/var/lib/stowage/": "Generations, the store, and the roots of containers.",
};

function verbPage(verb: VerbDescription, version: string): string {
  const shown = verb.flags.filter(({ isHidden }) => !isHidden);
  const flags = [...shown.filter((flag) => !isEverywhere(flag)), ...shown.filter(isEverywhere)];
  const { arguments: args } = verb;
  return page(
    title(`stowage-${verb.name}`, version),
    section("Name", `${escaped(`stowage-${verb.name}`)} \\- ${escaped(verb.brief)}`),
    section("Synopsis", synopsis(verb)),
    section("Description", paragraph(`${verb.brief}.${verb.details && ` ${verb.details}`}`)),
    ...(args.length === 0
      ? []
      : [section("Arguments", ...args.map((one) => term(italic(one.placeholder), paragraph(`${one.brief}.`))))]),
    section(
      "Options",
      ...flags.map(flagTerm),
      term(`${bold("-h")}, ${bold("--help")}`, "Print what it takes, and examples."),
    ),
    section("Examples", verbatim(verb.examples.map((example) => `stowage ${example}`))),
    section("See also", ".BR stowage (1)"),
  );
}

function synopsis({ name, aliases: others, flags, arguments: args }: VerbDescription): string {
  const required = flags.filter(({ isRequired }) => isRequired).map(flagHead);
  const words = [...required, `[${italic("flags")}]`, ...args.map(argumentUsage)];
  const lines = [name, ...others].map((one) => `${bold(`stowage ${one}`)}\n${words.join("\n")}`);
  return lines.join("\n.br\n");
}

function argumentUsage({ placeholder, isOptional, isRepeated }: ArgumentDescription): string {
  const shown = `${placeholder
    .split(" ")
    .map((word) => (word === "--" ? bold(word) : italic(word)))
    .join(" ")}${isRepeated ? " ..." : ""}`;
  return isOptional ? `[${shown}]` : shown;
}

const flagHead = ({ name, letter, value }: FlagDescription): string => {
  const names = [...(letter === undefined ? [] : [bold(`-${letter}`)]), bold(`--${name}`)].join(", ");
  return value === undefined ? names : `${names} ${italic(value.placeholder)}`;
};

function flagTerm(flag: FlagDescription): string {
  const { brief, value, isRepeated, isRequired } = flag;
  const values = value?.values ? [`One of ${value.values.join(", ")}.`] : [];
  const notes = [
    ...(isRequired ? ["It must be given."] : []),
    ...(isRepeated && !brief.includes("several times") ? ["It can be given several times."] : []),
  ];
  return term(flagHead(flag), paragraph([`${brief}.`, ...values, ...notes].join(" ")));
}

/** Those that the page of the command tells: of the verb that has all of them. */
const sharedFlags = (): readonly FlagDescription[] => describeVerb("plan", verbs.plan).flags.filter(isEverywhere);
