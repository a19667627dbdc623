/** What somebody changes by hand: `plan` says it, `switch` takes back what is ours without touching who runs, and leaves what is not. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { type Machine, scenario } from "../harness.ts";

const bridged = (note: string) =>
  hostWith({
    web: `
      autoStart: true, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",
      forwardPorts: [{ hostPort: 8080, containerPort: 80 }],
      config: { environment: { etc: { note: { text: "${note}" } } } },`,
    steady: "\n      autoStart: true, privateNetwork: true, config: {},",
    db: '\n      autoStart: true, privateNetwork: true, hostBridge: "br0", localAddress: "192.0.2.9/24", config: {},',
  }).replace(
    "  containers: {",
    '  networking: { bridges: { br0: { addresses: ["192.0.2.1/24"] } } },\n  containers: {',
  );

const unit = (name: string) => `/etc/systemd/system/container@${name}.service`;
const runs = (host: Machine): Promise<string[]> =>
  Promise.all(["web", "steady", "db"].map((name) => host.property(`container@${name}.service`, "InvocationID")));
const tree = (host: Machine): Promise<string> =>
  host.sh(
    "find /etc/systemd/system /etc/stowage /etc/sysctl.d /etc/hosts -type f -exec sha256sum {} + | sort -k2; nft --stateless list ruleset",
  );
const nothing = { code: 0, stdout: "" };

/** Plan, then switch, then a plan of nothing. @returns what plan said */
async function mend(host: Machine): Promise<string> {
  const { code, stdout, stderr } = await host.tryStowage(["plan"]);
  expect(code, stderr).toBe(2);
  await host.stowage(["switch"]);
  expect(await host.tryStowage(["plan"])).toMatchObject(nothing);
  return stdout;
}

scenario(
  "what is ours is taken back, what is not is told and left; who runs goes on",
  async ({ host }) => {
    await host.switchTo(bridged("one"));
    expect(await host.tryStowage(["plan"])).toMatchObject(nothing);
    const [before, found] = [await runs(host), await tree(host)];

    // Files, links, hosts entries, settings, rules, the bridge: all at once.
    await host.sh(`
      sed -i 's/^Description=.*/Description=mine/' ${unit("steady")}
      rm /etc/stowage/network/web.down
      sed -i 's/web.containers/mine.containers/' /etc/hosts
      systemctl disable container@db
      echo 'fs/inotify/max_user_instances = 777' >/etc/sysctl.d/60-stowage.conf
      /usr/lib/systemd/systemd-sysctl /etc/sysctl.d/60-stowage.conf
      rm -r /var/lib/stowage/containers/web/declared/current/etc
      nft delete table inet stowage
      ip link del dev br0`);
    const plan = await mend(host);
    for (const line of [
      /write +container@steady\.service {2}\(changed by hand\)/,
      /write +\/etc\/stowage\/network\/web\.down {2}\(removed by hand\)/,
      /write +machines\.target\.wants\/container@db\.service {2}\(removed by hand\)/,
      /write +\/etc\/sysctl\.d\/60-stowage\.conf, \/etc\/hosts {2}\(changed by hand\)/,
      /start +stowage-sysctl\.service {2}\(its settings were changed by hand\)/,
      /declare +its files and services {2}\(declared\/current\/etc was removed by hand\)/,
      /reload +stowage-nftables\.service {2}\(its table is gone\)/,
      /load +its ports/,
      /restart +stowage-bridge@br0\.service {2}\(br0 is gone\)/,
    ])
      expect(plan).toMatch(line);
    expect(plan).not.toMatch(/(start|restart|stop) +container@/);
    expect(await tree(host)).toBe(found);
    expect((await host.get("/proc/sys/fs/inotify/max_user_instances")).trim()).toBe("8192");
    expect(await host.sh("ls /sys/class/net/br0/brif; ip -brief address show dev br0")).toMatch(
      /v[eb]-db[\s\S]*192\.0\.2\.1/,
    );
    await host.inside("web", ["test", "-d", "/run/declared/current/etc"]);
    expect(await runs(host)).toEqual(before);

    // A rule more, a port less; a file that systemd has not read.
    await host.sh(`
      nft add rule inet stowage guard counter
      nft flush map inet stowage tcp4
      touch ${unit("web")}`);
    const rules = await mend(host);
    expect(rules).toMatch(/reload +stowage-nftables\.service {2}\(its rules were changed by hand\)/);
    expect(rules).toMatch(/reload +systemd {2}\(units on disk are not those that it has read\)/);
    expect(await tree(host)).toBe(found);
    expect(await runs(host)).toEqual(before);

    // Of others: a drop-in is told and left, a mask is an answer.
    await host.sh(
      `mkdir -p ${unit("db")}.d; printf '[Service]\\nNice=1\\n' >${unit("db")}.d/override.conf; systemctl daemon-reload`,
    );
    const told = await host.tryStowage(["plan"]);
    expect(told).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`by ${unit("db")}.d/override.conf: not ours`),
    });
    expect(await host.tryStowage(["switch"])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await host.get(`${unit("db")}.d/override.conf`)).toContain("Nice=1");
    await host.sh(`rm -r ${unit("db")}.d; systemctl daemon-reload`);
    await host.sh(`ln -sf /dev/null ${unit("steady")}`);
    await host.configure(bridged("two"));
    const masked = await host.tryStowage(["switch"]);
    expect(masked).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("systemctl unmask container@steady.service"),
    });
    expect(await host.inside("web", ["cat", "/etc/note"])).toBe("one");
    await host.must(["systemctl", "unmask", "container@steady.service"]);
    expect(await mend(host)).toMatch(/write +.*container@steady\.service {2}\(removed by hand\)/);
    expect(await host.inside("web", ["cat", "/etc/note"])).toBe("two");
    // systemd had taken its network away, which only its file kept.
    expect(await host.property("container@steady.service", "ActiveState")).toBe("active");
    const unmasked = await runs(host);
    expect([unmasked[0], unmasked[2]]).toEqual([before[0], before[2]]);

    // Started with something else than it should be: that one, and nobody else, is restarted.
    await host.sh(`
      sed -i 's/^TasksMax=.*/TasksMax=999/' ${unit("steady")}
      systemctl daemon-reload
      sleep 1
      systemctl restart container@steady`);
    const other = await runs(host);
    expect(await mend(host)).toMatch(/restart +container@steady\.service {2}\(TasksMax changed\)/);
    expect(await host.property("container@steady.service", "TasksMax")).toBe("16384");
    const after = await runs(host);
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).not.toBe(other[1]);
  },
  { on: "bookworm", timeout: 240_000 },
);
