/** A verb as help, man pages, the reference and completion show it: plain data, read off the parser's own description. */
import type { VerbWords } from "./verb.ts";

export interface FlagDescription {
  /** As it is typed, without dashes: `rollback-on-failure`. Of one that is on by itself: `no-color`. */
  readonly name: string;
  readonly letter?: string;
  /** Of a flag that takes a value: what stands for it in usage lines, and the values that there are. */
  readonly value?: { readonly placeholder: string; readonly values?: readonly string[] };
  readonly isRepeated: boolean;
  readonly isRequired: boolean;
  readonly isHidden: boolean;
  readonly brief: string;
}

export interface ArgumentDescription {
  readonly placeholder: string;
  readonly brief: string;
  readonly isOptional: boolean;
  readonly isRepeated: boolean;
}

export interface VerbDescription extends VerbWords {
  readonly name: string;
  readonly flags: readonly FlagDescription[];
  readonly arguments: readonly ArgumentDescription[];
}

/** What the parser has of one flag, whatever its kind. */
interface FlagParameter {
  readonly kind: string;
  readonly brief: string;
  readonly placeholder?: string;
  readonly values?: readonly string[];
  readonly optional?: boolean;
  readonly default?: unknown;
  readonly hidden?: boolean;
  readonly variadic?: unknown;
}

interface PositionalParameter {
  readonly placeholder?: string;
  readonly brief: string;
  readonly optional?: boolean;
}

/** The part of a verb's parameters that is read here. */
export interface Described {
  readonly words: VerbWords;
  readonly parameters: {
    readonly flags?: Readonly<Record<string, unknown>>;
    readonly aliases?: Readonly<Record<string, unknown>>;
    readonly positional?: unknown;
  };
}

export function describeVerb(name: string, { words, parameters }: Described): VerbDescription {
  const letters = new Map(Object.entries(parameters.aliases ?? {}).map(([letter, flag]) => [String(flag), letter]));
  const flags = Object.entries((parameters.flags ?? {}) as Record<string, FlagParameter>);
  return {
    ...words,
    name,
    flags: flags.map(([flag, parameter]) => describeFlag(flag, parameter, letters.get(flag))),
    arguments: describeArguments(parameters.positional as Positional | undefined),
  };
}

export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function describeFlag(name: string, parameter: FlagParameter, letter: string | undefined): FlagDescription {
  const isSwitch = parameter.kind === "boolean";
  const { values } = parameter;
  // Few words stand for themselves.
  const placeholder = parameter.placeholder ?? (values ? (values.length <= 4 ? values.join("|") : "word") : "value");
  return {
    name: isSwitch && parameter.default === true ? `no-${kebab(name)}` : kebab(name),
    ...(letter !== undefined && { letter }),
    ...(!isSwitch && { value: { placeholder, ...(values && { values }) } }),
    isRepeated: parameter.variadic !== undefined && parameter.variadic !== false,
    isRequired: parameter.optional !== true && parameter.default === undefined && !isSwitch,
    isHidden: parameter.hidden === true,
    brief: parameter.brief,
  };
}

type Positional =
  | { readonly kind: "tuple"; readonly parameters: readonly PositionalParameter[] }
  | { readonly kind: "array"; readonly parameter: PositionalParameter; readonly minimum?: number };

function describeArguments(positional: Positional | undefined): ArgumentDescription[] {
  if (positional === undefined) return [];
  if (positional.kind === "array") {
    const { parameter, minimum = 0 } = positional;
    return [describeArgument(parameter, minimum === 0, true)];
  }
  return positional.parameters.map((parameter) => describeArgument(parameter, parameter.optional === true, false));
}

const describeArgument = (
  { placeholder = "value", brief }: PositionalParameter,
  isOptional: boolean,
  isRepeated: boolean,
): ArgumentDescription => ({ placeholder, brief, isOptional, isRepeated });

/** `stowage logs [flags] <name>`, `stowage image --format <word> [flags] <name>`. */
export function usageLine({ name, flags, arguments: args }: VerbDescription): string {
  const required = flags
    .filter(({ isRequired }) => isRequired)
    .map((flag) => `--${flag.name} <${flag.value?.placeholder}>`);
  return ["stowage", name, ...required, "[flags]", ...args.map(argumentUsage)].join(" ");
}

function argumentUsage({ placeholder, isOptional, isRepeated }: ArgumentDescription): string {
  // One that has words of its own in it is written as it is: `name -- command`.
  const shown = placeholder.includes(" -- ")
    ? placeholder
        .split(" ")
        .map((word) => (word === "--" ? word : `<${word}>`))
        .join(" ")
    : `<${placeholder}>`;
  const many = isRepeated ? `${shown}…` : shown;
  return isOptional ? `[${many}]` : many;
}

/** The flag that a word means: `--lines`, `-n`, `--lines=3`, `-fn`; of several letters the last. */
export function flagAt(
  flags: readonly FlagDescription[],
  word: string,
): { readonly flag: FlagDescription /** Its value is the next word. */; readonly next: boolean } | undefined {
  const [, long, letters, given] = /^(?:--([^=]+)|-([^-=]+))(=.*)?$/s.exec(word) ?? [];
  const flag = flags.find(({ name, letter }) => (long === undefined ? letter === letters?.at(-1) : name === long));
  return flag === undefined || (long ?? letters) === undefined
    ? undefined
    : { flag, next: flag.value !== undefined && given === undefined };
}
