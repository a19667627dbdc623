/** What is said when the command line itself is wrong; in the form of all our errors. */
import {
  type ApplicationText,
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
} from "@stricli/core";
import { nearestNames } from "../modules/suggest.ts";
import { usageLine, type VerbDescription } from "./verbs/described.ts";
import { aliases, verbs } from "./verbs/index.ts";

const usageError = (message: string, ...hints: readonly string[]): string =>
  [`error[bad-usage]: ${message}`, ...hints].join("\n  ");

const didYouMean = (near: readonly string[]): string[] =>
  near.length > 0 ? [`did you mean ${near.join(" or ")}?`] : [];

export function noVerb(input: string): string {
  const near = nearestNames(input, [...Object.keys(verbs), ...Object.keys(aliases)]);
  // Of a verb that is near by two names, the one that it is listed by.
  const [hint = "stowage --help lists them"] = didYouMean(near.filter((one) => !near.includes(aliases[one] ?? "")));
  return usageError(`there is no verb "${input}"`, hint);
}

/** @param verb the one that was typed; undefined where there is none of that name, and with verbs that are not for people */
export const textFor = (verb: VerbDescription | undefined): ApplicationText => ({
  ...text_en,
  // The parser's own corrections are too far off: "stop" for "foo".
  noCommandRegisteredForInput: ({ input }) => noVerb(input),
  exceptionWhileParsingArguments(error, color) {
    if (verb === undefined || !(error instanceof ArgumentScannerError))
      return usageError(text_en.exceptionWhileParsingArguments.call(this, error, color));
    const { message, near = [] } = mistakeOf(error, verb);
    return usageError(
      message,
      ...didYouMean(near),
      `usage: ${usageLine(verb)}`,
      `stowage ${verb.name} --help has all of it`,
    );
  },
});

interface Mistake {
  readonly message: string;
  /** What may have been meant. */
  readonly near?: readonly string[];
}

function mistakeOf(error: ArgumentScannerError, { name, flags }: VerbDescription): Mistake {
  let near: readonly string[] = [];
  const nearest = (input: string, known: readonly string[]) => {
    near = nearestNames(input, known);
  };
  const message = formatMessageForArgumentScannerError(error, {
    FlagNotFoundError({ input }) {
      const known = flags.filter(({ isHidden }) => !isHidden).map((flag) => `--${flag.name}`);
      nearest(`--${input}`, [...known, "--help"]);
      return `${name} has no flag --${input}`;
    },
    AliasNotFoundError: ({ input }) => `${name} has no flag -${input}`,
    ArgumentParseError: ({ externalFlagNameOrPlaceholder: what, input, exception }) =>
      `${flags.some((flag) => flag.name === what) ? `--${what}` : what}: ${exception instanceof Error ? exception.message : exception}, not "${input}"`,
    EnumValidationError({ externalFlagName, input, values }) {
      nearest(input, values);
      return `--${externalFlagName}: expected one of ${values.join(", ")}, not "${input}"`;
    },
    UnsatisfiedFlagError: ({ externalFlagName }) => `--${externalFlagName} needs a value`,
    UnexpectedFlagError: ({ externalFlagName, input }) => `--${externalFlagName} is given twice, now with "${input}"`,
    InvalidNegatedFlagSyntaxError: ({ externalFlagName }) => `--${externalFlagName} takes no value`,
    UnexpectedPositionalError: ({ expectedCount, input }) =>
      `too many arguments: ${name} takes ${expectedCount === 0 ? "none" : `no more than ${expectedCount}`}, and there is "${input}"`,
    UnsatisfiedPositionalError: ({ placeholder, limit: [minimum, count] = [1, 0] }) =>
      `missing argument: ${placeholder}${minimum > 1 && count > 0 ? ` (at least ${minimum} words, and there is ${count})` : ""}`,
  });
  return { message, near };
}
