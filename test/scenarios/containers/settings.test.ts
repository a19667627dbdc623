/** Time, language, rights and names of a container: as declared, and changed while it runs. */
import { expect } from "vitest";
import { one, other } from "../../compile/authorities.ts";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, scenario } from "../harness.ts";

/** With all packages from the beginning: adding one is a restart. */
const web = (config: string): string =>
  hostWith({
    web: `\n      autoStart: true, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",
      config: { packages: ["ca-certificates", "openssl", "sudo", "tzdata"],
        users: { users: { deploy: { isNormalUser: true, extraGroups: ["sudo"] }, guest: { isNormalUser: true } } },
        ${config} },`,
  });

const identity = async (host: Machine) => [
  await host.must(["machinectl", "show", "--property=Leader", "--value", "web"]),
  await host.property("container@web.service", "InvocationID"),
  await host.inside("web", ["cat", "/proc/sys/kernel/random/boot_id"]),
];

/** What sudo lets a user do without a password: what it prints, or "refused". */
async function asRoot(host: Machine, user: string, ...argv: string[]): Promise<string> {
  const script =
    'user=$1; shift; su -s /bin/sh -c \'exec sudo -n "$@"\' "$user" -- sh "$@" 2>/dev/null || echo refused';
  return (await host.inside("web", ["sh", "-c", script, "-", user, ...argv])).trim();
}

/** Whether a program that asks OpenSSL trusts what an authority has signed: here itself. */
async function trusts(host: Machine, certificate: string): Promise<boolean> {
  const script =
    'printf %s "$1" >/run/asked.pem && openssl verify -no_check_time -CApath /etc/ssl/certs /run/asked.pem >/dev/null 2>&1 && echo yes || echo no';
  const byHash = await host.inside("web", ["sh", "-c", script, "-", certificate]);
  const bundle = await host.inside("web", ["cat", "/etc/ssl/certs/ca-certificates.crt"]);
  expect(bundle.includes(certificate), "in the bundle, as by its hash").toBe(byHash === "yes\n");
  return byHash === "yes\n";
}
const pki = (certificate: string) => `pki: { certificates: [${JSON.stringify(certificate)}] }`;

scenario(
  "what is declared of time, rights, trust and names holds, and changes in place",
  async ({ host }) => {
    await host.put("/etc/resolv.conf", "search host.example\nnameserver 192.0.2.53\n");
    await host.switchTo(
      web(`time: { timeZone: "Europe/Berlin" }, security: { sudo: { enable: true, wheelNeedsPassword: false }, ${pki(one)} },
        networking: { nameservers: ["192.0.2.7", "2001:db8::7"], search: ["a.example"] },`),
    );
    const read = (path: string) => host.inside("web", ["cat", path]);
    const date = () => host.inside("web", ["date", "--date=@1750000000", "+%H:%M %Z"]);
    expect(await date()).toBe("17:06 CEST\n");
    expect(await read("/etc/resolv.conf")).toBe("search a.example\nnameserver 192.0.2.7\nnameserver 2001:db8::7\n");
    expect(await host.inside("web", ["visudo", "-c"])).toContain("/etc/sudoers.d/declared: parsed OK");
    expect(await asRoot(host, "deploy", "id", "-u")).toBe("0");
    expect(await asRoot(host, "guest", "id", "-u")).toBe("refused");
    expect([await trusts(host, one), await trusts(host, other)]).toEqual([true, false]);
    const packaged = () => host.inside("web", ["sh", "-c", "ls /etc/ssl/certs | grep -c ISRG"]);
    expect(Number(await packaged())).toBeGreaterThan(0);

    const before = await identity(host);
    const rule = `{ users: ["guest"], commands: [{ command: "/usr/bin/cat /etc/shadow", options: ["NOPASSWD"] }] }`;
    await host.switchTo(
      web(`time: { timeZone: "Asia/Tokyo" }, security: { sudo: { enable: true, extraRules: [${rule}] }, ${pki(other)} },
        i18n: { defaultLocale: "C", extraLocaleSettings: { LC_TIME: "C.UTF-8" } },
        networking: { domain: "b.example", extraHosts: "192.0.2.9 fixed\\n" },`),
    );
    expect(await date()).toBe("00:06 JST\n");
    expect(await read("/etc/timezone")).toBe("Asia/Tokyo\n");
    expect(await asRoot(host, "deploy", "id", "-u")).toBe("refused");
    expect(await asRoot(host, "guest", "cat", "/etc/shadow")).toContain("root:");
    expect(await asRoot(host, "guest", "cat", "/etc/gshadow")).toBe("refused");
    expect([await trusts(host, one), await trusts(host, other)]).toEqual([false, true]);
    expect(await read("/etc/default/locale")).toBe("LANG=C\nLC_TIME=C.UTF-8\n");
    // The container's own domain, with the host's name servers of the moment.
    expect(await read("/etc/resolv.conf")).toBe(
      "search b.example\n# Name servers of the host.\nnameserver 192.0.2.53\n",
    );
    expect(await host.inside("web", ["hostname", "--fqdn"])).toBe("web.b.example\n");
    expect(await host.inside("web", ["getent", "hosts", "fixed"])).toMatch(/^192\.0\.2\.9 /);
    await host.sh("echo nameserver 192.0.2.54 >/etc/resolv.conf");
    await eventually(async () =>
      expect(await read("/etc/resolv.conf")).toContain(
        "search b.example\n# Name servers of the host.\nnameserver 192.0.2.54",
      ),
    );

    // Right at the moment the switch returns, and gone when it is no longer declared.
    await host.switchTo(web(`networking: { extraHosts: "192.0.2.10 fixed\\n" },`));
    expect(await host.inside("web", ["getent", "hosts", "fixed"])).toMatch(/^192\.0\.2\.10 /);
    expect(await date()).toBe("15:06 UTC\n");
    expect(await read("/etc/resolv.conf")).toContain("nameserver 192.0.2.54");
    await host.inside("web", ["test", "!", "-e", "/etc/sudoers.d/declared"]);
    expect([await trusts(host, one), await trusts(host, other)]).toEqual([false, false]);
    expect(await identity(host)).toEqual(before);
    expect(await host.inside("web", ["systemctl", "is-system-running"])).toBe("running\n");

    // A zone that there is not: told with the nearest, and nothing is touched.
    await expect(host.configure(web(`time: { timeZone: "Europe/Berlinn" },`))).rejects.toThrow(
      /no time zone Europe\/Berlinn, which time\.timeZone wants[\s\S]*there is: Europe\/Berlin/,
    );
  },
  { on: "bookworm" },
);
