/** `services.openssh`: Debian's ssh.service with a configuration of ours. Facts: sshd_config(5). */
import { mkDefault, mkOption, types } from "../../modules/index.ts";
import { defineSystemModule } from "../system/module.ts";
import { configText, keywordLines, settingsOf, wholeLines } from "./text.ts";

const port = types.ints.between(1, 65535);

const usual = {
  PermitRootLogin: "prohibit-password",
  PasswordAuthentication: true,
  KbdInteractiveAuthentication: true,
  UsePAM: true,
  X11Forwarding: false,
  UseDNS: false,
  PrintMotd: false,
  AcceptEnv: "LANG LC_*",
  Subsystem: "sftp /usr/lib/openssh/sftp-server",
};

export const opensshOptions = {
  services: {
    openssh: {
      enable: mkOption({
        type: types.bool,
        default: false,
        description:
          "Whether the container has an OpenSSH server. Its host keys are made at its first start and stay with its state.",
      }),
      ports: mkOption({
        type: types.nonEmptyListOf(port),
        default: [22],
        example: [2022],
        description: "Ports that it listens on, in the container's network.",
      }),
      openFirewall: mkOption({
        type: types.bool,
        default: true,
        description: "Whether its ports are open where `networking.firewall` is on.",
      }),
      settings: mkOption({
        // `Match` and `Include` change the meaning of what follows them, and settings have no order. A `Port` would be one more
        // than those of `ports`, and closed.
        type: settingsOf(
          /^(?!(?:match|include|port)$)[A-Za-z][A-Za-z0-9]*$/i,
          "keywords of sshd_config as sshd_config(5) spells them, but for Match, Include, and Port, which is `ports`",
          ["AuthorizedKeysFile", ...Object.keys(usual)],
        ),
        default: {},
        example: { PasswordAuthentication: false, AllowUsers: ["alice", "bob"] },
        description:
          'Keywords of sshd_config(5) and their values; a list is a line for each element. By default PermitRootLogin is "prohibit-password", PasswordAuthentication, KbdInteractiveAuthentication and UsePAM are true, X11Forwarding, UseDNS and PrintMotd false.',
      }),
      extraConfig: mkOption({
        type: configText,
        default: "",
        example: "Match User backup\n  ForceCommand internal-sftp",
        description: "Further lines at the end of sshd_config: the place for `Match`.",
      }),
      authorizedKeysFiles: mkOption({
        type: types.listOf(types.line),
        default: [],
        example: ["/srv/keys/%u"],
        description:
          "Files in which a user's keys are looked for, beside `.ssh/authorized_keys` in the home directory and /etc/ssh/authorized_keys.d/%u, which has those of `users.users`.",
      }),
    },
  },
};

/** Apart from what uses them, so that they can be read and overridden like any definition. */
const defaults = {
  options: {},
  when: "services.openssh.enable",
  config: {
    services: {
      openssh: {
        settings: Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, mkDefault(value)])),
      },
    },
  },
};

export const openssh = defineSystemModule({
  imports: [defaults],
  options: opensshOptions,
  when: "services.openssh.enable",
  config: ({ config, lib }) => {
    const { ports, settings, authorizedKeysFiles, extraConfig, openFirewall } = config.services.openssh;
    const keys = [".ssh/authorized_keys", "/etc/ssh/authorized_keys.d/%u", ...authorizedKeysFiles];
    // The first value of a keyword counts, so what is declared stands before what is said here.
    const text =
      keywordLines(settings) +
      keywordLines({ Port: ports.map(String), AuthorizedKeysFile: keys.map(word).join(" ") }) +
      wholeLines(extraConfig);
    return {
      packages: ["openssh-server"],
      environment: { etc: { "ssh/sshd_config": { text } } },
      // SIGHUP: it reads all of it anew, ports too; connections go on. Its ExecReload= looks at the file first.
      systemd: { services: { ssh: { wantedBy: ["multi-user.target"], reloadTriggers: [text] } } },
      networking: lib.mkIf(openFirewall && config.networking.firewall.enable, { firewall: { allowedTCPPorts: ports } }),
    };
  },
});

/** One of several words of a line. Facts: argv_split of OpenSSH. */
const word = (text: string): string => (/^[^\s"'#\\]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`);
