import { expect, test } from "vitest";
import { problems, system, textOf } from "./evaluated.ts";

const sshd = (config: object) => textOf(system(config), "ssh/sshd_config");

test("nothing without enable", () => {
  const config = system({ services: { openssh: { ports: [2022] } } });
  expect(config).toMatchObject({ packages: [], environment: { etc: {} }, systemd: { services: {} } });
  expect(config.services.openssh.settings).toEqual({});
});

test("the first example of the seeds: port 2022", () => {
  const config = system({
    networking: { firewall: { enable: true } },
    services: { openssh: { enable: true, ports: [2022] } },
  });
  expect(config.packages).toEqual(["openssh-server"]);
  const text = textOf(config, "ssh/sshd_config");
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      "PermitRootLogin prohibit-password",
      "Port 2022",
      "AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/authorized_keys.d/%u",
      "Subsystem sftp /usr/lib/openssh/sftp-server",
    ]),
  );
  expect(text).not.toContain("Port 22\n");
  // A change of the configuration is a reload.
  expect(config.systemd.services.ssh).toMatchObject({
    wantedBy: ["multi-user.target"],
    reloadTriggers: [text],
    restartTriggers: [],
  });
  expect(config.networking.firewall.allowedTCPPorts).toEqual([2022]);
  expect(config.services.openssh.settings.PermitRootLogin).toBe("prohibit-password");
});

test("settings win over defaults, lists are lines, what is said at the end is at the end", () => {
  const text = sshd({
    services: {
      openssh: {
        enable: true,
        openFirewall: false,
        settings: { PermitRootLogin: false, AllowUsers: ["alice", "bob"], MaxAuthTries: 3 },
        authorizedKeysFiles: ["/srv/keys/%u"],
        extraConfig: "Match User backup\n  ForceCommand internal-sftp",
      },
    },
  });
  expect(text).toContain("PermitRootLogin no\n");
  expect(text).not.toContain("prohibit-password");
  expect(text).toContain("AllowUsers alice\nAllowUsers bob\n");
  expect(text).toContain("MaxAuthTries 3\n");
  expect(text).toContain("authorized_keys.d/%u /srv/keys/%u\n");
  expect(text).toMatch(/\nMatch User backup\n {2}ForceCommand internal-sftp\n$/);
});

test("a file of keys is one, whatever its name has", () => {
  const authorizedKeysFiles = ["/srv/our keys/%u", "#%u", 'a"\\b'];
  expect(sshd({ services: { openssh: { enable: true, authorizedKeysFiles } } })).toContain(
    'authorized_keys.d/%u "/srv/our keys/%u" "#%u" "a\\"\\\\b"\n',
  );
});

test("a closed firewall stays closed", () => {
  const ports = (firewall: object, openFirewall: boolean) =>
    system({ networking: { firewall }, services: { openssh: { enable: true, openFirewall } } }).networking.firewall
      .allowedTCPPorts;
  expect(ports({ enable: true }, false)).toEqual([]);
  // Where there is none, a port that is let in is a warning.
  expect(ports({}, true)).toEqual([]);
  expect(ports({ enable: true }, true)).toEqual([22]);
});

test("no value begins another line, and no keyword changes what follows it", () => {
  const refused = (settings: object) =>
    expect(problems({ services: { openssh: { enable: true, settings } } })[0]).toMatch(/^wrong-type services.openssh/);
  refused({ Banner: "x\nPermitRootLogin yes" });
  refused({ AllowUsers: ["a", "b\nc"] });
  refused({ "X yes\nPermitRootLogin": "yes" });
  refused({ Match: "User root" });
  refused({ include: "/etc/other" });
  // To sshd it is the same keyword, whose first value counts: the default would stay.
  refused({ passwordauthentication: false });
  // 22 would stay, and this one closed.
  refused({ Port: 2022 });
  expect(problems({ services: { openssh: { enable: true, extraConfig: "a\u0000" } } })).toEqual([
    "wrong-type services.openssh.extraConfig",
  ]);
  expect(problems({ services: { openssh: { enable: true, ports: [0] } } })).toEqual([
    "wrong-type services.openssh.ports.[0]",
  ]);
  expect(problems({ services: { openssh: { enable: true, ports: [] } } })).toEqual([
    "wrong-type services.openssh.ports",
  ]);
});
