/** `systemd.tmpfiles`: files and directories that are made at boot, cleaned up, removed. */
import { mkOption, types } from "../../modules/index.ts";

const field = (description: string) =>
  mkOption({ type: types.strMatching(/^[^\s"'\\]+$/, "one word"), default: "-", description });

export const tmpfilesEntryOptions = {
  mode: field("Octal permissions. -: as tmpfiles.d(5) has it."),
  user: field("Owner. -: root."),
  group: field("Group. -: root."),
  age: field("What is older than this is removed (`10d`). -: nothing is."),
  argument: mkOption({
    type: types.str,
    default: "",
    description: "What the type needs besides: the text of a file, the target of a link.",
  }),
};

export const tmpfilesOptions = {
  rules: mkOption({
    type: types.listOf(types.line),
    default: [],
    example: ["d /srv/inbox 0750 app app -"],
    description:
      "Lines of tmpfiles.d(5): what is made at boot, and, where the lines changed, by a switch in place. They come before those of packages.",
  }),
  settings: mkOption({
    type: types.attrsOf(types.attrsOf(types.attrsOf(types.submodule({ options: tmpfilesEntryOptions })))),
    default: {},
    example: { "10-app": { "/srv/inbox": { d: { mode: "0750", user: "app", group: "app" } } } },
    description: "The same, by the name of a file in /etc/tmpfiles.d, the path, and the type of the line.",
  }),
};
