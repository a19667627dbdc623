/** What is said when the command line itself is wrong; in the form of all our errors. */
import { type ApplicationText, text_en } from "@stricli/core";

const usageError = (message: string, hint?: string): string =>
  `error[bad-usage]: ${message}${hint ? `\n  ${hint}` : ""}`;

const unquoted = (words: readonly string[]): string => words.map((word) => word.replaceAll("`", "")).join(" or ");

export const text: ApplicationText = {
  ...text_en,
  briefs: { ...text_en.briefs, help: "Print this", argumentEscapeSequence: "What follows is no flag" },
  noCommandRegisteredForInput: ({ input, corrections }) =>
    usageError(
      `there is no verb "${input}"`,
      corrections.length > 0 ? `did you mean ${unquoted(corrections)}?` : "stowage --help lists them",
    ),
  exceptionWhileParsingArguments(error, color) {
    const message = text_en.exceptionWhileParsingArguments.call(this, error, color);
    return usageError(message.charAt(0).toLowerCase() + message.slice(1), "stowage VERB --help shows what it takes");
  },
};
