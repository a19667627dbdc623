/** Verbs that are not for people: no help lists them. */
import { sharedAliases, sharedFlags } from "../flags.ts";
import type { SharedFlags } from "../session.ts";
import { one } from "./parts.ts";
import { verb } from "./verb.ts";

export const unlisted = {
  atBoot: verb<SharedFlags, [written: string]>({
    brief: "Carry the machine to what this boot is to have; for stowage-boot.service",
    examples: ["at-boot 2f0c6f4e-7d6a-4d6e-9a53-6f6f4a1d8a11"],
    parameters: { flags: sharedFlags, aliases: sharedAliases, positional: one("Id of a boot", "boot") },
    load: () => import("../commands/at-boot.ts"),
  }),
};
