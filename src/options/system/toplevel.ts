/** `system`, as far as it is about the result of a build rather than about what runs. */
import { mkOption, types } from "../../modules/index.ts";

export const toplevelOptions = {
  configurationName: mkOption({
    type: types.singleLineStr,
    default: "",
    example: "with debugging",
    description: "Name of this configuration, for people: the text of `/run/declared/current/configuration-name`.",
  }),
  copySystemConfiguration: mkOption({
    type: types.bool,
    default: false,
    description:
      "Keep the text of host.ts in the result, as `/run/declared/current/configuration.ts`. Everybody in the container can read it, with what it says of others; files that it imports are not kept.",
  }),
  extraSystemBuilderCmds: mkOption({
    type: types.lines,
    default: "",
    example: 'echo 42 >"$out/answer"',
    description:
      "Shell commands (sh -e) that add to the result of the build, which is `$out`: `$out/answer` is `/run/declared/current/answer` inside. They run once, when it is built, with the container's own packages, as root without capabilities, in a place of their own: no network, no files of the host, everything but `$out` and /tmp read-only. A command that fails fails the build. The text is part of the result's name, what it makes is not: it should always make the same.",
  }),
};
