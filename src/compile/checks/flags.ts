/** Checks of `extraFlags` as words: what a shell would have made of them is not what they are. */
import type { ContainerConfig } from "../../options/index.ts";
import { type Problems, showOption } from "../problems.ts";
import { at } from "./place.ts";

/** Each is one argument of systemd-nspawn: `--bind /srv` is an option of that name, and it has none. */
export function checkFlags(name: string, { extraFlags }: ContainerConfig, problems: Problems): void {
  const option = at(name, "extraFlags");
  for (const flag of extraFlags) {
    const [, word, value] = /^(-[^=\s]*)\s+(.*)$/.exec(flag) ?? [];
    if (flag === "") {
      problems.add(
        { code: "empty-flag", message: `${showOption(option)} has an empty flag`, hint: "remove it" },
        option,
      );
    } else if (word !== undefined) {
      problems.add(
        {
          code: "two-words-in-a-flag",
          message: `${showOption(option)} has an option and its value in one flag: ${JSON.stringify(flag)}`,
          details: ["each flag is one argument, whatever it holds: nothing takes it apart at its blanks"],
          hint: `write ${JSON.stringify(word)}, ${JSON.stringify(value)}`,
        },
        option,
      );
    }
  }
}
