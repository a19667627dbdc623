/** What is said when the command line itself is wrong; in the form of all our errors. */
import { type ApplicationText, text_en } from "@stricli/core";
import { nearestNames } from "../modules/suggest.ts";
import { verbs } from "./verbs/index.ts";

const usageError = (message: string, hint?: string): string =>
  `error[bad-usage]: ${message}${hint ? `\n  ${hint}` : ""}`;

export const text: ApplicationText = {
  ...text_en,
  briefs: { ...text_en.briefs, help: "Print this", argumentEscapeSequence: "What follows is no flag" },
  // The parser's own corrections are too far off: "stop" for "foo".
  noCommandRegisteredForInput({ input }) {
    const near = nearestNames(input, Object.keys(verbs));
    const hint = near.length > 0 ? `did you mean ${near.join(" or ")}?` : "stowage --help lists them";
    return usageError(`there is no verb "${input}"`, hint);
  },
  exceptionWhileParsingArguments(error, color) {
    const message = text_en.exceptionWhileParsingArguments.call(this, error, color);
    return usageError(message.charAt(0).toLowerCase() + message.slice(1), "stowage VERB --help shows what it takes");
  },
};
