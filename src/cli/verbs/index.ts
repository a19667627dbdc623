/** Every verb: its words for --help, what it takes, and where its code is. */
import { exitCodeHelp } from "../exit-codes.ts";
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
};

/** Other names of verbs, those that people of other tools know. */
export const aliases: Readonly<Record<string, keyof typeof verbs>> = { ls: "list", ps: "list" };

export const verbs = { ...configuration, ...host, ...diagnosis, ...looking, ...running, ...inside };

export function rootHelp(): string {
  const lines = Object.entries(groups).flatMap(([title, members]) => [
    `${title}:`,
    ...Object.entries(members).map(([name, { brief }]) => `  ${name.padEnd(8)} ${brief}`),
    "",
  ]);
  return `Declarative containers for any systemd Linux host.

usage: stowage [-c host.ts] <verb> …

${lines.join("\n")}
Of every verb:
  -h, --help       what it does, what it takes, examples
  -q, -v           say less, say more
  --json           the answer as JSON, where there is one
  --no-color       no colours (NO_COLOR is respected too)
  -c, --config     the configuration; default ./host.ts, else /etc/stowage/host.ts

Exit codes:
${exitCodeHelp}
`;
}
