/** `security.sudo` of a container as a file for sudo. Facts: sudoers(5). */
import { StowageError } from "../error.ts";
import type { SystemConfig } from "../options/index.ts";
import { lineText } from "../units/index.ts";
import type { SettingsParts } from "./settings.ts";

type Sudo = SystemConfig["security"]["sudo"];
type Rule = Sudo["extraRules"][number];

/**
 * After the packaged /etc/sudoers, whose rule for the group sudo asks for a password: the last rule that fits counts.
 * @throws StowageError `unfit-text` for a command with control characters, `sudo-directory` for a directory with arguments
 */
export function innerSudo({ security: { sudo } }: SystemConfig): Pick<SettingsParts, "etc" | "needs"> {
  if (!sudo.enable) return { etc: {}, needs: {} };
  const tags = sudo.wheelNeedsPassword ? "SETENV" : "NOPASSWD: SETENV";
  const everything = ["sudo", "wheel"].map((group) => `%${group} ALL=(ALL:ALL) ${tags}: ALL\n`);
  const text = [...everything, ...sudo.extraRules.flatMap(ruleLines)].join("");
  return {
    // sudo refuses files that others may write, and takes none whose name has a dot.
    etc: { "sudoers.d/declared": { text, mode: "0440", user: "root", group: "root" } },
    needs: { "usr/bin/sudo": "security.sudo.enable" },
  };
}

function ruleLines({ users, groups, runAs, commands }: Rule): string[] {
  const who = [...users, ...groups.map((group) => `%${group}`)];
  if (who.length === 0 || commands.length === 0) return [];
  // Tags go on for the rest of a line: each command has a line of its own.
  return commands.map(({ command, options }) => {
    const tags = options.map((tag) => `${tag}: `).join("");
    return `${who.join(", ")} ALL=(${runAs}) ${tags}${commandText(command)}\n`;
  });
}

/** What means something to the syntax of the file, and not to what a command is compared with, is escaped. */
function commandText(command: string): string {
  // For a mistake in one rule sudo refuses all.
  if (/^\S*\/\s+\S/.test(command)) throw directoryWithArguments(command);
  const escaped = lineText(command, "security.sudo.extraRules.*.commands.*.command").replaceAll(/[,:=#]/g, "\\$&");
  // Arguments from `^` to `$` are a regular expression; without the `$` it would be a mistake, for which sudo refuses all.
  return escaped.replace(/^(\S+\s+)\^(?!.*\$$)/, "$1\\^");
}

const directoryWithArguments = (command: string): StowageError =>
  new StowageError({
    code: "sudo-directory",
    message: `${JSON.stringify(command)} cannot be a command of sudo's: what ends in / is a directory, and has no arguments`,
    hint: "name the program, or leave the arguments out",
  });
