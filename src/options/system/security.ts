/** Who may do what in a container as somebody else. */
import { mkOption, types } from "../../modules/index.ts";

const commandOptions = {
  command: mkOption({
    type: types.strMatching(/^(ALL|\/[^\s\\][^\\]*)$/, "ALL, or a command by its absolute path, without backslashes"),
    example: "/usr/bin/systemctl restart app.service",
    description:
      "A command by its absolute path, or ALL. Without arguments any are allowed; with some, only these. `*`, `?` and `[…]` stand for others, as in file names.",
  }),
  options: mkOption({
    type: types.listOf(
      types.enum(
        "PASSWD",
        "NOPASSWD",
        "SETENV",
        "NOSETENV",
        "EXEC",
        "NOEXEC",
        "LOG_INPUT",
        "NOLOG_INPUT",
        "LOG_OUTPUT",
        "NOLOG_OUTPUT",
      ),
    ),
    default: [],
    example: ["NOPASSWD"],
    description: "Tags of sudoers(5).",
  }),
};

const ruleOptions = {
  users: mkOption({
    type: types.listOf(types.either(types.userName, types.enum("ALL"))),
    default: [],
    example: ["deploy"],
    description: "Users that the rule is for, by name.",
  }),
  groups: mkOption({
    type: types.listOf(types.userName),
    default: [],
    example: ["operators"],
    description: "Groups that the rule is for, by name.",
  }),
  runAs: mkOption({
    type: types.strMatching(
      /^(ALL|[a-z_][a-z0-9_-]*)(:(ALL|[a-z_][a-z0-9_-]*))?$/,
      "a user, or a user and a group, such as postgres or ALL:ALL",
    ),
    default: "ALL:ALL",
    example: "postgres",
    description: "As whom the commands may be run.",
  }),
  commands: mkOption({
    type: types.listOf(
      types.coercedTo(types.str, (command) => ({ command, options: [] }), types.submodule({ options: commandOptions })),
    ),
    default: [],
    example: [{ command: "/usr/bin/systemctl restart app.service", options: ["NOPASSWD"] }],
    description: "What may be run.",
  }),
};

export const securityOptions = {
  security: {
    pki: {
      certificates: mkOption({
        type: types.listOf(types.str),
        default: [],
        description:
          "Certificates, in PEM form, of authorities that the container's programs trust besides those of the package ca-certificates, which is added. They are in /etc/ssl/certs while they are declared: in its bundle, and by their hashes.",
      }),
      certificateFiles: mkOption({
        type: types.listOf(types.nonEmptyStr),
        default: [],
        example: ["./certificates/own-authority.pem"],
        description:
          "Files with such certificates: absolute, or relative to the directory of host.ts. They are read when the configuration is.",
      }),
    },
    sudo: {
      enable: mkOption({
        type: types.bool,
        default: false,
        description:
          "sudo, from the package of that name: members of the groups `sudo` and `wheel` may run everything.",
      }),
      wheelNeedsPassword: mkOption({
        type: types.bool,
        default: true,
        description: "Whether members of `sudo` and `wheel` are asked for their own password.",
      }),
      extraRules: mkOption({
        type: types.listOf(types.submodule({ options: ruleOptions })),
        default: [],
        example: [{ groups: ["operators"], commands: ["/usr/bin/journalctl"] }],
        description:
          "Further rules, in this order, after those of the two groups: of several that fit the last one counts.",
      }),
    },
  },
};
