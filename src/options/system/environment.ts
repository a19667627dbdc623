/** Files below /etc, and variables, of a container. */
import { mkOption, types } from "../../modules/index.ts";

export const etcFileOptions = {
  enable: mkOption({
    type: types.bool,
    default: true,
    description: "Whether the file is there. false: as if it had not been declared.",
  }),
  text: mkOption({
    type: types.lines,
    default: "",
    description: "Content of the file. Several definitions are joined line by line.",
  }),
  source: mkOption({
    type: types.nullOr(types.line),
    default: null,
    example: "./site.conf",
    description:
      "A file whose content this one has, instead of `text`: a path on the machine that holds the configuration, absolute or relative to the directory of host.ts, read when the configuration is compiled (at most 8 MiB, any bytes; a link to one that is executable is executable). A path below /usr is one of the container's own packages: /etc has a link to it.",
  }),
  mode: mkOption({
    type: types.either(
      types.enum("symlink"),
      types.strMatching(/^0?[0-7]{3,4}$/, "symlink, or an octal mode such as 0600"),
    ),
    default: "symlink",
    example: "0600",
    description:
      '"symlink": a link to the declared text, read-only, and right at the moment a switch returns. An octal mode: a copy with this mode and owner, for programs that refuse links.',
  }),
  user: mkOption({
    type: types.strMatching(/^[a-z_][a-z0-9_-]*$|^[0-9]+$/, "a user name or number"),
    default: "root",
    description: "Owner of a copy (see mode).",
  }),
  group: mkOption({
    type: types.strMatching(/^[a-z_][a-z0-9_-]*$|^[0-9]+$/, "a group name or number"),
    default: "root",
    description: "Group of a copy (see mode).",
  }),
};

export const environmentOptions = {
  environment: {
    etc: mkOption({
      type: types.attrsOf(types.submodule({ options: etcFileOptions })),
      default: {},
      example: { "nginx/conf.d/site.conf": { text: "server { listen 80; }\n" } },
      description:
        "Files below /etc, by their path below it. A link shows exactly what is declared; a copy (see mode) is made anew when its declaration changes. A file that is no longer declared disappears.",
    }),
    variables: mkOption({
      type: types.attrsOf(types.str),
      default: {},
      example: { EDITOR: "vi" },
      description: "Variables of every login in the container (/etc/environment).",
    }),
  },
};
