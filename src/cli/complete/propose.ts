/** What may stand where the cursor is: pure, from the words before it and the descriptions of the verbs. */
import { type FlagDescription, flagAt, type VerbDescription } from "../verbs/described.ts";
import { argumentKind, flagKind, type ValueKind, type Which, whichContainers } from "./kinds.ts";

export interface Candidate {
  /** The whole word. */
  readonly value: string;
  readonly brief?: string;
  /** More of the same word follows: no space after it. */
  readonly isOpen?: boolean;
}

/** Values that are to be looked up. */
export interface Wanted {
  readonly kind: ValueKind;
  /** Of containers. */
  readonly which: Which;
  /** What is typed of the value. */
  readonly typed: string;
  /** What stands before the value in its word: `--config=`. */
  readonly before: string;
  /** Given already: not offered again. */
  readonly given: readonly string[];
}

export type Proposal = readonly Candidate[] | Wanted;

export interface Known {
  readonly verbs: readonly VerbDescription[];
  /** Flags that may stand before the verb. */
  readonly everywhere: readonly FlagDescription[];
}

/** @param words all but the command itself; the last one is being typed */
export function propose(known: Known, words: readonly string[]): Proposal {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const at = verbAt(known, before);
  if (at === null) return ofValue("", flagBefore(known.everywhere, before), typed);
  if (at === before.length) return typed.startsWith("-") ? rootFlags(known, typed) : verbNames(known, typed);
  const name = before[at] ?? "";
  if (name === "help") return at === before.length - 1 ? verbNames(known, typed) : [];
  const verb = known.verbs.find((one) => one.name === name || one.aliases.includes(name));
  return verb === undefined ? [] : ofVerb(verb, [...before.slice(0, at), ...before.slice(at + 1)], typed);
}

/** @returns where the verb is, or would be; null where the value of a flag before it is being typed */
function verbAt({ everywhere }: Known, before: readonly string[]): number | null {
  let at = 0;
  while (at < before.length && before[at]!.startsWith("-")) {
    const takesNext = flagAt(everywhere, before[at]!)?.next;
    at += takesNext ? 2 : 1;
  }
  return at > before.length ? null : at;
}

const flagBefore = (flags: readonly FlagDescription[], before: readonly string[]): FlagDescription | undefined =>
  flagAt(flags, before.at(-1) ?? "")?.flag;

const rootFlags = ({ everywhere }: Known, typed: string): Candidate[] => [
  ...flagNames(everywhere, [], typed),
  ...startingWith([{ value: "--version", brief: "Print the version" }], typed),
];

/** Other names only where they are being typed: the list is long enough. */
function verbNames({ verbs }: Known, typed: string): Candidate[] {
  const names = verbs.map(({ name, brief }) => ({ value: name, brief }));
  const others = verbs.flatMap(({ name, aliases }) =>
    aliases.map((value) => ({ value, brief: `The same as ${name}` })),
  );
  const help = { value: "help", brief: "What a verb does, what it takes, examples" };
  return startingWith([...names, ...(typed === "" ? [] : others), help], typed);
}

interface Parsed {
  readonly flags: readonly FlagDescription[];
  readonly args: readonly string[];
  /** A flag whose value is being typed. */
  readonly open?: FlagDescription;
  /** `--` was there: nothing after it is a flag. */
  readonly isEnded: boolean;
}

function ofVerb(verb: VerbDescription, before: readonly string[], typed: string): Proposal {
  const parsed = parse(verb.flags, before);
  const names = parsed.flags.map(({ name }) => name);
  if (parsed.open !== undefined) return ofValue(verb.name, parsed.open, typed, "", names);
  if (!parsed.isEnded && typed.startsWith("-")) {
    const [, long = "", value = ""] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
    const flag = long === "" ? undefined : flagAt(verb.flags, long)?.flag;
    if (flag !== undefined) return ofValue(verb.name, flag, value, `${long}=`, names);
    return flagNames(verb.flags, parsed.flags, typed);
  }
  return ofArguments(verb, parsed, typed);
}

function parse(flags: readonly FlagDescription[], words: readonly string[]): Parsed {
  const found: FlagDescription[] = [];
  const args: string[] = [];
  let open: FlagDescription | undefined;
  for (const [at, word] of words.entries()) {
    if (open !== undefined) open = undefined;
    else if (word === "--") return { flags: found, args: [...args, ...words.slice(at + 1)], isEnded: true };
    else if (word.startsWith("-") && word !== "-") {
      const match = flagAt(flags, word);
      if (match !== undefined) found.push(match.flag);
      if (match?.next) open = match.flag;
    } else args.push(word);
  }
  return { flags: found, args, ...(open !== undefined && { open }), isEnded: false };
}

function ofArguments(verb: VerbDescription, { args, flags, isEnded }: Parsed, typed: string): Proposal {
  const last = verb.arguments.at(-1);
  const argument = verb.arguments[args.length] ?? (last?.isRepeated ? last : undefined);
  // After `name --` comes a command, whose words are the container's own.
  const isCommand = argument?.placeholder.includes(" -- ") === true && args.length > 0;
  if (argument === undefined || isCommand) return isEnded || typed !== "" ? [] : flagNames(verb.flags, flags, "--");
  const kind = argumentKind(verb.name, argument.placeholder) ?? "nothing";
  const which = whichContainers(
    verb.name,
    flags.map(({ name }) => name),
  );
  return { kind, which, typed, before: "", given: argument.isRepeated ? args : [] };
}

function ofValue(
  verb: string,
  flag: FlagDescription | undefined,
  typed: string,
  before = "",
  flags: readonly string[] = [],
): Proposal {
  const value = flag?.value;
  if (value?.values)
    return startingWith(
      value.values.map((one) => ({ value: before + one })),
      before + typed,
    );
  return { kind: flagKind(verb, value?.placeholder ?? "", flags), which: "all", typed, before, given: [] };
}

/** Those that were not given yet, or may be again. */
function flagNames(flags: readonly FlagDescription[], given: readonly FlagDescription[], typed: string): Candidate[] {
  const free = flags.filter((flag) => !flag.isHidden && (flag.isRepeated || !given.includes(flag)));
  const names = free.map(({ name, brief }) => ({ value: `--${name}`, brief }));
  return startingWith([...names, { value: "--help", brief: "What it does, what it takes, examples" }], typed);
}

export const startingWith = (candidates: readonly Candidate[], typed: string): Candidate[] =>
  candidates.filter(({ value }) => value.startsWith(typed));
