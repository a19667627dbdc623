/** T11: an interface of the host is the container's, to bridge and to rename, and comes back however that ends. */
import { expect } from "vitest";
import { eventually, type Machine, scenario } from "../harness.ts";
import { host as hostOf } from "./systems.ts";

const ping = ["ping", "-c", "1", "-W", "2", "192.0.2.2"];
const isBack = async (host: Machine): Promise<void> =>
  eventually(async () => {
    expect(await host.sh("ip -oneline link show dev eth0")).toMatch(/eth0@?\S*:? /);
    expect(await host.sh("ip -oneline link show dev eth0")).not.toContain("altname");
    expect((await host.run(["ip", "netns", "list"])).stdout).toBe("");
  });
const isGone = async (host: Machine): Promise<void> =>
  void expect((await host.run(["ip", "link", "show", "dev", "eth0"])).code).not.toBe(0);

scenario(
  "an interface is handed over, and given back on stop",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    const mac = await host.sh("cat /sys/class/net/eth0/address");
    await host.switchTo(
      hostOf({
        server: [`interfaces: ["eth0"],`, "ip address add 192.0.2.77/24 dev eth0; ip route show > /run/routes"],
      }),
    );
    await isGone(host);
    expect(await host.inside("server", ["ls", "/sys/class/net"])).toBe("eth0\nlo\n");
    await neighbour.must(["ping", "-c", "1", "-W", "2", "192.0.2.77"]);
    expect(
      await host.inside("server", [
        "sh",
        "-c",
        "echo 1 > /proc/sys/net/ipv4/ip_forward && cat /proc/sys/net/ipv4/ip_forward",
      ]),
    ).toBe("1\n");
    // It may be called something else inside.
    await host.inside("server", ["sh", "-c", "ip link set eth0 down && ip link set eth0 name lan0"]);
    await host.stowage(["stop", "server"]);
    await isBack(host);
    expect(await host.sh("cat /sys/class/net/eth0/address")).toBe(mac);
    await host.stowage(["start", "server"]);
    await isGone(host);
    await host.stowage(["stop", "server"]);
    await isBack(host);
    expect(await host.sh("journalctl -b _PID=1 --grep='[Tt]imed out' || :")).toMatch(/^(-- No entries --\n)?$/);
  },
  { on: "trixie" },
);

scenario(
  "an interface is a port of a bridge inside, also after kill -9, and comes back",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    const early =
      "ip link add br0 type bridge && ip link set eth0 master br0 && ip address add 192.0.2.1/24 dev br0 && ip link set br0 up";
    await host.switchTo(hostOf({ bridged: [`interfaces: ["eth0"],`, early] }));
    const unit = "container@bridged.service";
    expect(await host.inside("bridged", ["ip", "-oneline", "link", "show", "eth0"])).toContain("master br0");
    await neighbour.must(["ping", "-c", "1", "-W", "2", "192.0.2.1"]);

    await host.kill(unit);
    // In a namespace that still had the former bridge, making it would have failed.
    await neighbour.must(["ping", "-c", "1", "-W", "2", "192.0.2.1"]);

    await host.must(["kill", "-9", await host.property(unit, "MainPID")]);
    await host.must(["systemctl", "stop", unit]);
    await isBack(host);
    await host.sh("ip address add 192.0.2.1/24 dev eth0; ip link set eth0 up");
    await host.must(ping);
  },
  { on: "trixie" },
);

scenario(
  "without the interface the start fails at once, and says which one is missing",
  async ({ host }) => {
    await host.configure(hostOf({ server: [`interfaces: ["eth7"],`] }));
    const began = Date.now();
    const { code, stdout, stderr } = await host.tryStowage(["switch"]);
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("eth7");
    expect(Date.now() - began).toBeLessThan(60_000);
  },
  { on: "trixie" },
);
