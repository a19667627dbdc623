/** `users.users` and `users.groups` of a container, with NixOS's names. */
import { mkOption, type Option, type OptionType, types } from "../../modules/index.ts";

/** A line of passwd(5) takes everything but its separator and control characters. */
const field = (description: string) => types.strMatching(/[^:\p{Cc}\p{Surrogate}]*/u, description);
const absolute = types.strMatching(/\/[^:\p{Cc}\p{Surrogate}]*/u, "absolute path without a colon");

/** A container has the numbers 0 to 65535; the last two mean nobody, and an error. */
const accountNumber = types.nullOr(types.ints.between(0, 65533));

/** crypt(5), as mkpasswd(1) prints it; with `!` before it, it is there and locked. */
const passwordHash = types.strMatching(
  /!?(\$[A-Za-z0-9]+\$[A-Za-z0-9./$=,+-]+)|!|\*/,
  "password hash as mkpasswd prints it, beginning with $",
);

export const userOptions = {
  enable: mkOption({
    type: types.bool,
    default: true,
    description: "Whether the account is there. false: as if it had not been declared.",
  }),
  isSystemUser: mkOption({
    type: types.bool,
    default: false,
    description:
      "An account for a service: it has no home that is made, and nobody logs in. With neither this nor isNormalUser the account is one that a package brings, or root, and what is declared is added to it.",
  }),
  isNormalUser: mkOption({
    type: types.bool,
    default: false,
    description:
      "An account for a person: its group is `users`, its home is made, its shell is bash, unless it says otherwise.",
  }),
  uid: mkOption({
    type: accountNumber,
    default: null,
    example: 2001,
    description:
      "Number of the account. null: stowage.lock has it, the same in all containers of the host and for ever; 500 to 899 for system users, from 2000 for normal ones.",
  }),
  group: mkOption({
    type: types.nullOr(types.userName),
    default: null,
    defaultText: "users for a normal user, a group of its own name for a system user",
    description: "Primary group: one that is declared, or one that a package brings.",
  }),
  extraGroups: mkOption({
    type: types.listOf(types.userName),
    default: [],
    example: ["adm"],
    description: "Further groups that it is a member of: declared ones, or ones that a package brings.",
  }),
  description: mkOption({
    type: types.nullOr(field("text of one line without a colon")),
    default: null,
    example: "Alice Example",
    description: "Whose account it is, in a few words: a person's full name.",
  }),
  home: mkOption({
    type: types.nullOr(absolute),
    default: null,
    defaultText: "/home/<name> for a normal user, else /nonexistent",
    description: "Home directory.",
  }),
  createHome: mkOption({
    type: types.nullOr(types.bool),
    default: null,
    defaultText: "true for a normal user",
    description: "Whether the home directory is made, and has this owner and `homeMode` after every switch.",
  }),
  homeMode: mkOption({
    type: types.fileMode,
    default: "0700",
    description: "Octal mode of the home directory, where it is made.",
  }),
  shell: mkOption({
    type: types.nullOr(absolute),
    default: null,
    defaultText: "/bin/bash for a normal user, else /usr/sbin/nologin",
    example: "/bin/bash",
    description: "Login shell.",
  }),
  hashedPassword: mkOption({
    type: types.nullOr(types.sensitive(passwordHash)),
    default: null,
    description:
      "Password as a hash, which mkpasswd prints. It is set when it is declared anew or differently: what passwd changes inside stays until then. null: no password, so no login by one.",
  }),
  openssh: {
    authorizedKeys: {
      keys: mkOption({
        type: types.listOf(types.singleLineStr),
        default: [],
        example: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0xample alice@laptop"],
        description:
          "Public keys that may log in as this user: a line of sshd's authorized_keys each. They stand in /etc/ssh/authorized_keys.d/<name>.",
      }),
      keyFiles: mkOption({
        type: types.listOf(types.nonEmptyStr),
        default: [],
        example: ["keys/alice.pub"],
        description:
          "Files with such lines, read when the configuration is evaluated; relative paths begin at the directory of host.ts.",
      }),
    },
  },
};

export const groupOptions = {
  gid: mkOption({
    type: accountNumber,
    default: null,
    description:
      "Number of the group. null: that of the package that brings the group, else stowage.lock has it, the same in all containers of the host and for ever.",
  }),
  members: mkOption({
    type: types.listOf(types.userName),
    default: [],
    example: ["alice"],
    description: "Users that are members, beside those that name the group in their extraGroups.",
  }),
};

const users = mkOption({
  type: types.attrsOf(types.submodule({ options: userOptions })),
  default: {},
  example: { app: { isSystemUser: true } },
  description:
    "Users of the container, by name. One that is not declared any more loses its account; its files and its number stay. Accounts that were made inside by hand stay.",
});

const groups = mkOption({
  type: types.attrsOf(types.submodule({ options: groupOptions })),
  default: {},
  example: { web: { members: ["app"] } },
  description: "Groups of the container, by name.",
});

/** Takes any definitions: what they say is looked at under the option's own name alone. */
const anyDefinitions: OptionType = {
  ...types.raw,
  name: "alias",
  merging: { by: "value", merge: (all) => Object.assign({}, ...all.map(({ value }) => value)), keeps: false },
};

/** For the compiler as the option itself. */
const alias = <T extends Option>(_of: T, name: string): T => {
  const description = `Alias of ${name}.`;
  return mkOption({ type: anyDefinitions, default: {}, visible: false, description }) as Option as T;
};

export const usersOptions = {
  users: {
    users,
    groups,
    extraUsers: alias(users, "users.users"),
    extraGroups: alias(groups, "users.groups"),
  },
};

interface Views {
  readonly options: { readonly users: Readonly<Record<string, { readonly forwarded: unknown }>> };
}

const forwarding = (from: string, to: string) => ({
  when: `users.${from}`,
  config: ({ options }: Views) => ({ users: { [to]: options.users[from]?.forwarded } }),
});

/** The names that NixOS had first, and still takes. */
export const accountAliases = [forwarding("extraUsers", "users"), forwarding("extraGroups", "groups")];
