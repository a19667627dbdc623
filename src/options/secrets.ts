/** `secrets.<name>`, of both kinds of containers: where a secret is, never what it is. */
import { mkOption, types } from "../modules/index.ts";

const account = "(?:[a-z_][a-z0-9_-]{0,30}|[0-9]{1,10})";

const secretOptions = {
  file: mkOption({
    type: types.nullOr(types.secretReference),
    default: null,
    example: "/etc/app/password",
    description: "The file of the host that holds it; read by the host's systemd at each start of the container.",
  }),
  credential: mkOption({
    type: types.nullOr(
      types.strMatching(/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,200}/, "name of a credential: letters, digits and `_` `.` `-`"),
    ),
    default: null,
    example: "app-password",
    description:
      "Instead of a file: a credential of the host's, by its name (systemd.exec(5) LoadCredential=): one that the host itself was given, or a file of that name in /etc/credstore or /run/credstore.",
  }),
  encrypted: mkOption({
    type: types.bool,
    default: false,
    description:
      "It was encrypted by systemd-creds(1), with the secret's name, or the credential's, as `--name`. A credential is then looked for in /etc/credstore.encrypted and /run/credstore.encrypted, too.",
  }),
  target: mkOption({
    type: types.nullOr(types.path),
    default: null,
    defaultText: "/run/secrets/<name>",
    example: "/etc/app/password",
    description:
      "The file inside that holds it, in memory only. In a system container one that is not below /run is a link to /run/secrets/<name>, in the place of a file that is there, and of no directory with something in it.",
  }),
  owner: mkOption({
    type: types.strMatching(new RegExp(`${account}(?::${account})?`), "user, or user:group"),
    default: "root",
    example: "app:app",
    description:
      "Whose that file is, `user` or `user:group`; without a group that of the same name or number. In an OCI container numbers: its image's names are not known to the host.",
  }),
  mode: mkOption({ type: types.fileMode, default: "0400", description: "Permissions of that file." }),
};

export const secretsOptions = {
  secrets: mkOption({
    type: types.attrsOf(types.submodule({ options: secretOptions })),
    default: {},
    example: { password: { file: "/etc/app/password", owner: "1000" } },
    description:
      "Secrets that the container has as files, by name. They reach no unit, argument, log, nor the store. A switch restarts containers whose secrets changed on the host. Services inside a system container can also have them with `LoadCredential=<name>`.",
  }),
};
