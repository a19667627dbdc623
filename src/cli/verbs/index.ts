/** Every verb: its words for --help, what it takes, and where its code is. */
import { byHand } from "./by-hand.ts";
import { configuration } from "./configuration.ts";
import { diagnosis, host } from "./host.ts";
import { inside } from "./inside.ts";
import { looking } from "./looking.ts";
import { running } from "./running.ts";

/** As help shows them. */
export const groups = {
  "The configuration": configuration,
  "The host": { ...host, ...diagnosis },
  Containers: { ...looking, ...running, ...inside },
  "Containers made by hand": byHand,
};

export const verbs = { ...configuration, ...host, ...diagnosis, ...looking, ...running, ...inside, ...byHand };

/** What most days need, which help shows first. */
export const common = ["init", "check", "plan", "switch", "rollback", "list", "status", "logs", "run"];

/** By the other name. */
export const aliases: Readonly<Record<string, keyof typeof verbs>> = Object.fromEntries(
  Object.entries(verbs).flatMap(([name, { words }]) =>
    words.aliases.map((alias) => [alias, name as keyof typeof verbs] as const),
  ),
);
