/** T15, its variant that peers leave out too, and bridges that somebody else makes anew under running containers. */
import { expect } from "vitest";
import { eventually, type Machine, scenario } from "../harness.ts";
import { bridged } from "./hosts.ts";

const web = `
      autoStart: true, privateNetwork: true, hostBridge: "br0", localAddress: "192.0.2.10/24",
      config: { packages: ["iputils-ping"] },`;
const on = (bridge: string): string => bridged({ br0: bridge }, { web });
const base = on(` addresses: ["192.0.2.1/24"] `);

/** Once each way. */
async function pings(host: Machine, address: string): Promise<void> {
  await host.must(["ping", "-c1", "-W2", "192.0.2.10"]);
  await host.inside("web", ["ping", "-c1", "-W2", address]);
}

const ports = async (host: Machine): Promise<string[]> =>
  (await host.sh("ls /sys/class/net/br0/brif")).split("\n").filter((name) => name !== "");

/** Of the container's first process: it changes with every start. */
const leader = (host: Machine): Promise<string> => host.property("container@web.service", "MainPID");

scenario(
  "a bridge is set up anew under a running container, which keeps its link",
  async ({ host }) => {
    await host.sh("ip link add eth1 type veth peer name far1; ip link set far1 up");
    await host.switchTo(base);
    const before = await leader(host);
    await pings(host, "192.0.2.1");
    expect(await ports(host)).toEqual(["vb-web"]);

    await host.switchTo(on(` interfaces: ["eth1"], addresses: ["192.0.2.5/24"] `));
    await pings(host, "192.0.2.5");
    expect(await ports(host)).toEqual(["eth1", "vb-web"]);

    await host.switchTo(base);
    await pings(host, "192.0.2.1");
    expect(await ports(host)).toEqual(["vb-web"]);

    await host.switchTo(on(` rstp: true, addresses: ["192.0.2.1/24"] `));
    expect((await host.get("/sys/class/net/br0/bridge/stp_state")).trim()).toBe("1");
    await pings(host, "192.0.2.1");
    expect(await ports(host)).toEqual(["vb-web"]);
    // Also by a container that starts on it: after the delay of the protocol.
    await host.must(["systemctl", "restart", "container@web.service"]);
    await eventually(() => pings(host, "192.0.2.1"), 15_000);
    const restarted = await leader(host);
    expect(restarted).not.toBe(before);

    // Somebody restarts the bridge by hand.
    await host.must(["systemctl", "restart", "stowage-bridge@br0.service"]);
    await eventually(() => pings(host, "192.0.2.1"), 15_000);
    await host.switchTo(base);
    await pings(host, "192.0.2.1");
    expect(await leader(host)).toBe(restarted);
  },
  { on: "bookworm", timeout: 240_000 },
);

scenario(
  "without udev the next switch puts links back on a bridge that somebody made anew, and says so",
  async ({ host }) => {
    await host.switchTo(base);
    const before = await leader(host);
    await host.sh("ip link del br0; ip link add br0 type bridge");
    expect(await ports(host)).toEqual([]);
    const said = await host.stowage(["switch"]);
    expect(said).toContain("vb-web is no longer on br0");
    await pings(host, "192.0.2.1");
    // Gone altogether.
    await host.sh("ip link del br0");
    expect(await host.stowage(["switch"])).toContain("br0 is gone");
    await eventually(() => pings(host, "192.0.2.1"));
    expect(await host.stowage(["switch"])).toBe("");
    expect(await leader(host)).toBe(before);
  },
  { on: "bookworm", timeout: 240_000 },
);

scenario(
  "with udev links are back at once, without our command, on our bridges and on others'",
  async ({ host }) => {
    await host.switchTo(base);
    const before = await leader(host);
    await host.sh("ip link del br0; ip link add br0 type bridge");
    await eventually(() => pings(host, "192.0.2.1"));
    expect(await ports(host)).toEqual(["vb-web"]);
    expect(await leader(host)).toBe(before);

    // A bridge of networkd's.
    await host.switchTo(bridged({}));
    await host.put("/etc/systemd/network/br0.netdev", "[NetDev]\nName=br0\nKind=bridge\n");
    const network = "[Match]\nName=br0\n\n[Network]\nAddress=192.0.2.1/24\nConfigureWithoutCarrier=yes\n";
    await host.put("/etc/systemd/network/br0.network", network);
    await host.must(["systemctl", "start", "systemd-networkd.service"]);
    await eventually(() => host.must(["ip", "link", "show", "br0"]));
    await host.switchTo(bridged({}, { web }));
    await eventually(() => pings(host, "192.0.2.1"));
    const second = await leader(host);
    await host.must(["systemctl", "restart", "systemd-networkd.service"]);
    await pings(host, "192.0.2.1");
    await host.sh("ip link del br0; systemctl restart systemd-networkd.service");
    await eventually(() => pings(host, "192.0.2.1"), 15_000);
    expect(await leader(host)).toBe(second);
  },
  { on: "bookworm", deviceUnits: true, timeout: 240_000 },
);
