/** Time, language and rights: what stands below /etc, what it wants of the packages, and what is refused. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { requestsOf } from "../../src/compile/index.ts";
import { Problems } from "../../src/compile/problems.ts";
import { innerSettings } from "../../src/compile/settings.ts";
import { noSources, type SourceFile, sourcesOf } from "../../src/compile/sources.ts";
import { StowageError } from "../../src/error.ts";
import { one, other } from "./authorities.ts";
import { hostConfig, type ShortSystem } from "./config.ts";

const at = ["containers", "web", "config"];

/** @throws StowageError with every problem */
function settings(config: ShortSystem, sources = noSources) {
  const container = hostConfig({ web: { config } }).containers.web;
  if (!container?.config) return expect.fail();
  const problems = new Problems(() => []);
  const made = innerSettings("web", at, container.config, container, sources, problems);
  problems.throwIfAny();
  return made ?? expect.fail();
}
const packages = (config: ShortSystem) => requestsOf(hostConfig({ web: { config } })).map((one) => one.packages);

test("of one that says nothing there is nothing, and nothing is added", () => {
  const { etc, needs, etcLinks } = settings({});
  expect(Object.keys(etc)).toEqual(["hosts.declared"]);
  expect(Object.keys(etcLinks)).toEqual(["resolv.conf", "hosts"]);
  expect(needs).toEqual({});
  expect(packages({ packages: ["nginx-light"] })).toEqual([["nginx-light"]]);
});

describe("a time zone", () => {
  test("is a link, a name, and the package that has it", () => {
    const { etc, etcLinks, needs } = settings({ timeZone: "Europe/Berlin" });
    expect(etcLinks.localtime).toBe("/usr/share/zoneinfo/Europe/Berlin");
    expect(etc.timezone?.text).toBe("Europe/Berlin\n");
    expect(needs).toEqual({ "usr/share/zoneinfo/Europe/Berlin": "time.timeZone" });
    expect(packages({ timeZone: "UTC", packages: ["tzdata", "nginx-light"] })).toEqual([["nginx-light", "tzdata"]]);
  });

  test("gives way to a file that is declared", () => {
    expect(settings({ timeZone: "UTC", etc: { localtime: { text: "" } } }).etcLinks.localtime).toBeUndefined();
  });
});

describe("a language", () => {
  test("is said to logins and to systemd", () => {
    const i18n = { defaultLocale: "de_DE.UTF-8", extraLocaleSettings: { LC_TIME: "en_GB.UTF-8", LC_ALL: "C" } };
    const { etc, needs, rules } = settings({ i18n });
    expect(etc["locale.conf"]?.text).toBe("LANG=de_DE.UTF-8\nLC_ALL=C\nLC_TIME=en_GB.UTF-8\n");
    expect(rules).toEqual(["L+ /etc/default/locale - - - - ../locale.conf"]);
    expect(settings({}).rules).toEqual([]);
    expect(needs).toEqual({ "usr/lib/locale/de_DE.utf8": "i18n", "usr/lib/locale/en_GB.utf8": "i18n" });
    expect(packages({ i18n })).toEqual([["locales-all"]]);
  });

  test("of the C library's own takes no package", () => {
    expect(packages({ i18n: { defaultLocale: "C" } })).toEqual([[]]);
    expect(settings({ i18n: { defaultLocale: "C" } }).etc["locale.conf"]?.text).toBe("LANG=C\n");
  });

  test("of a category that there is not is refused", () => {
    const made = () => settings({ i18n: { extraLocaleSettings: { LC_TIEM: "C", LANG: "C" } } });
    expect(made).toThrow(StowageError);
    expect(made).toThrow(/no category "LC_TIEM"\n.*no category "LANG"/);
  });
});

describe("sudo", () => {
  const file = (sudo: ShortSystem["sudo"]) =>
    settings(sudo ? { sudo: { enable: true, ...sudo } } : {}).etc["sudoers.d/declared"];

  test("is off: neither a file nor a package", () => {
    expect(file(undefined)).toBeUndefined();
  });

  test("lets two groups run everything, with their passwords or without", () => {
    expect(file({})).toEqual({
      text: "%sudo ALL=(ALL:ALL) SETENV: ALL\n%wheel ALL=(ALL:ALL) SETENV: ALL\n",
      mode: "0440",
      user: "root",
      group: "root",
    });
    expect(file({ wheelNeedsPassword: false })?.text).toContain("%wheel ALL=(ALL:ALL) NOPASSWD: SETENV: ALL\n");
    expect(packages({ sudo: { enable: true } })).toEqual([["sudo"]]);
  });

  const rule = (command: string, options: "NOPASSWD"[] = []) => ({
    users: ["deploy"],
    groups: ["operators"],
    runAs: "postgres",
    commands: [
      { command, options },
      { command: "ALL", options: [] },
    ],
  });

  test("has a line for each command: tags are that one's alone", () => {
    const text = file({
      extraRules: [rule("/usr/bin/psql -c a=b,c:#d", ["NOPASSWD"]), { ...rule("ALL"), users: [], groups: [] }],
    })?.text;
    expect(text?.split("\n").slice(2)).toEqual([
      "deploy, %operators ALL=(postgres) NOPASSWD: /usr/bin/psql -c a\\=b\\,c\\:\\#d",
      "deploy, %operators ALL=(postgres) ALL",
      "",
    ]);
  });

  test("takes no command of two lines", () => {
    expect(() => file({ extraRules: [rule("/bin/a\nALL ALL=(ALL) ALL")] })).toThrow(StowageError);
  });

  test("takes no directory with arguments", () => {
    expect(() => file({ extraRules: [rule("/bin/ -x")] })).toThrow("what ends in / is a directory");
    for (const command of ["/bin/", "/bin/ ", "/bin/ls /srv/ x"]) file({ extraRules: [rule(command)] });
  });

  test("arguments from ^ to $ are a regular expression; a ^ alone is itself", () => {
    const commandOf = (text: string) =>
      /ALL=\([^)]*\) (\/.*)/.exec(file({ extraRules: [rule(text)] })?.text ?? "")?.[1];
    expect(commandOf("/bin/cat ^/var/log/[a-z]+$")).toBe("/bin/cat ^/var/log/[a-z]+$");
    expect(commandOf("/bin/grep ^a b")).toBe("/bin/grep \\^a b");
    expect(commandOf("/bin/grep a ^b")).toBe("/bin/grep a ^b");
  });

  test("is a file that visudo takes, whatever a command holds", () => {
    const command = fc.stringMatching(/^\/[^\s\\\p{Cc}][^\\\p{Cc}]{0,20}$/u);
    fc.assert(
      fc.property(command, (text) => {
        fc.pre(!/^\S*\/\s+\S/.test(text));
        const input = file({ extraRules: [rule(text, ["NOPASSWD"])] })?.text;
        const { status, stderr, stdout } = spawnSync("/usr/sbin/visudo", ["-c", "-f", "-"], {
          input,
          encoding: "utf8",
        });
        expect(`${stdout}${stderr}${status}`).toMatch(/0$/);
      }),
    );
  });
});

describe("authorities", () => {
  const file = (content: string): SourceFile => ({ content, encoding: "utf8", executable: false });
  const files = (made: ReturnType<typeof settings>) =>
    Object.entries(made.etc).flatMap(([path, { text }]) => (path.startsWith("ssl/declared/") ? text : []));

  test("are files, each by itself, and a service that joins them with the packages'", () => {
    const pki = { certificates: [one], certificateFiles: ["./both.pem"] };
    const made = settings({ pki }, new Map([["./both.pem", file(`# two\n${one}\n${other}`)]]));
    expect(files(made).sort()).toEqual([one, other].sort());
    expect(Object.keys(made.etc).filter((path) => /^ssl\/declared\/[0-9a-f]{16}\.crt$/.test(path))).toHaveLength(2);
    expect(made.unitLinks["sysinit.target.wants/declared-certificates.service"]).toBe(
      "../declared-certificates.service",
    );
    expect(packages({ pki })).toEqual([["ca-certificates", "openssl"]]);
    expect(
      sourcesOf(hostConfig({ web: { config: { pki } } })).map(({ path, option }) => [path, option.join(".")]),
    ).toEqual([["./both.pem", "containers.web.config.security.pki.certificateFiles"]]);
  });

  test("that are others are another service: it is exchanged", () => {
    const unit = (text: string) => settings({ pki: { certificates: [text] } }).units["declared-certificates.service"];
    expect(unit(one)).not.toBe(unit(other));
  });

  test("that are none are refused", () => {
    for (const text of [
      "",
      "hello",
      one.replace(/\n.{20}/, "\nAAAA"),
      `${one}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    ])
      expect(() => settings({ pki: { certificates: [text] } })).toThrow(/no certificate in PEM form/);
    expect(() => settings({ pki: { certificateFiles: ["a"] } }, new Map([["a", file("x")]]))).toThrow(
      /^a of security\.pki/,
    );
  });
});
