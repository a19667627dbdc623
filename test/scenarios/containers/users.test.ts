/** User namespaces: chosen by systemd-nspawn, by a number, or none; what is on disk is the same in all. */
import { expect } from "vitest";
import { hostWith, serving } from "../configurations.ts";
import { httpGet, type Machine, scenario } from "../harness.ts";

const data = "/var/lib/containers";
const network = (number: number): string =>
  `privateNetwork: true, hostAddress: "10.233.${number}.1", localAddress: "10.233.${number}.2",`;
const body = (number: number, users = ""): string => `\n      ${network(number)} ${users}
      bindMounts: { "/data": { hostPath: "${data}/shared", isReadOnly: false, create: { mode: "1777" } } },
      config: ${serving("a page\n")},`;
const map = async (host: Machine, name: string): Promise<number[]> =>
  (await host.inside(name, ["cat", "/proc/1/uid_map"])).trim().split(/\s+/).map(Number);
const onDisk = (host: Machine, name: string): Promise<string> =>
  host.sh(`cd /var/lib/stowage/containers/${name}/root && stat --format='%u %n' etc etc/passwd var/lib root`);

scenario(
  "each way: what runs has the ids that were asked for, on disk all is the host's (T19)",
  async ({ host }) => {
    await host.switchTo(
      hostWith({
        picked: body(1),
        based: body(2, "privateUsers: 1900019712,"),
        identical: body(3, 'privateUsers: "identity",'),
        none: body(4, 'privateUsers: "no",'),
      }),
    );
    const names = ["picked", "based", "identical", "none"] as const;
    await host.stowage(["start", ...names]);
    const [, first = 0, count] = await map(host, "picked");
    expect([first >= 524288, count]).toEqual([true, 65536]);
    expect(await map(host, "based")).toEqual([0, 1900019712, 65536]);
    expect(await map(host, "identical")).toEqual([0, 0, 65536]);
    expect((await map(host, "none"))[2]).toBeGreaterThan(65536);
    for (const [index, name] of names.entries()) {
      expect((await httpGet(host, `http://10.233.${index + 1}.2/`)).body).toBe("a page\n");
      expect(await onDisk(host, name)).toBe("0 etc\n0 etc/passwd\n0 var/lib\n0 root\n");
      const leader = await host.must(["machinectl", "show", "--value", "--property=Leader", name]);
      const owner = (await host.sh(`stat --format=%u /proc/${leader.trim()}`)).trim();
      expect(owner).toBe({ picked: `${first}`, based: "1900019712" }[name as string] ?? "0");
      await host.inside(name, ["sh", "-c", `touch /data/${name} && chown www-data /data/${name}`]);
      await host.must(["systemctl", "reload-or-restart", `container@${name}.service`]);
    }
    expect(await host.sh(`cd ${data}/shared && stat --format='%u %n' *`)).toBe(
      "33 based\n33 identical\n33 none\n33 picked\n",
    );
    await host.stowage(["stop", ...names]);
  },
  { on: "trixie" },
);

scenario(
  "ids that somebody else has meanwhile: others are picked, and nothing on disk changes",
  async ({ host }) => {
    await host.switchTo(hostWith({ web: body(1) }));
    await host.stowage(["start", "web"]);
    const [, first = 0] = await map(host, "web");
    await host.inside("web", ["sh", "-c", "echo mine > /root/file && chown www-data /root/file"]);
    const before = await host.sh(
      "find /var/lib/stowage/containers/web/root/etc /var/lib/stowage/containers/web/root/root -printf '%p %U %G %m\\n' | sort",
    );
    await host.stowage(["stop", "web"]);
    await host.must(["useradd", "--uid", `${first}`, "--no-create-home", "somebody"]);
    await host.stowage(["start", "web"]);
    const [, second] = await map(host, "web");
    expect(second).not.toBe(first);
    expect(await host.inside("web", ["stat", "--format=%U", "/root/file"])).toBe("www-data\n");
    expect((await httpGet(host, "http://10.233.1.2/")).body).toBe("a page\n");
    expect(
      await host.sh(
        "find /var/lib/stowage/containers/web/root/etc /var/lib/stowage/containers/web/root/root -printf '%p %U %G %m\\n' | sort",
      ),
    ).toBe(before);
  },
  { on: "bookworm" },
);
