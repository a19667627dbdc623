/** The flags that may stand before the verb: `stowage -c host.ts plan`. */
import { hostAliases, hostFlags } from "../flags.ts";
import { describeVerb, type FlagDescription } from "./described.ts";

const words = { brief: "", details: "", examples: [], aliases: [] };

export const everywhere: readonly FlagDescription[] = describeVerb("", {
  words,
  parameters: { flags: hostFlags, aliases: hostAliases },
}).flags;
