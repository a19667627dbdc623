/** Bridges of the host: made, changed in place, never taken from anybody. */
import { expect } from "vitest";
import { expectAsBefore, type Machine, scenario, snapshot } from "../harness.ts";
import { bridged } from "./hosts.ts";

const portsOf = async (host: Machine, bridge: string): Promise<string[]> =>
  (await host.sh(`ls /sys/class/net/${bridge}/brif`)).split("\n").filter((name) => name !== "");

const addresses = async (host: Machine, bridge: string): Promise<string> =>
  host.sh(`ip -o address show dev ${bridge} scope global | awk '{ print $4 }' | sort | paste -sd" "`);

const ifindex = (host: Machine, name: string): Promise<string> => host.get(`/sys/class/net/${name}/ifindex`);

scenario(
  "a bridge is made, changed in place, and taken away",
  async ({ host }) => {
    await host.switchTo(bridged({}));
    await host.sh("ip link add eth1 type veth peer name far1; ip link set far1 up; ip link set eth1 up");
    const before = await snapshot(host);
    await host.switchTo(bridged({ br0: ` addresses: ["192.0.2.1/24", "fd00:2::1/64"] ` }));
    // Without ports it is up all the same.
    expect(await host.sh("ip -o link show br0")).toMatch(/<[^>]*\bUP\b/);
    expect((await addresses(host, "br0")).trim()).toBe("192.0.2.1/24 fd00:2::1/64");
    expect(await portsOf(host, "br0")).toEqual([]);
    expect(await host.stowage(["switch"])).toBe("");

    const index = await ifindex(host, "br0");
    await host.switchTo(
      bridged({ br0: ` interfaces: ["eth1"], rstp: true, addresses: ["192.0.2.1/24", "198.51.100.1/24"] ` }),
    );
    expect(await portsOf(host, "br0")).toEqual(["eth1"]);
    expect((await addresses(host, "br0")).trim()).toBe("192.0.2.1/24 198.51.100.1/24");
    expect((await host.get("/sys/class/net/br0/bridge/stp_state")).trim()).toBe("1");
    expect(await host.sh("ip -o link show eth1")).toMatch(/<[^>]*\bUP\b/);
    expect(await ifindex(host, "br0")).toBe(index);

    await host.switchTo(bridged({ br0: ` addresses: ["192.0.2.1/24"] ` }));
    expect(await portsOf(host, "br0")).toEqual([]);
    expect((await addresses(host, "br0")).trim()).toBe("192.0.2.1/24");
    expect((await host.get("/sys/class/net/br0/bridge/stp_state")).trim()).toBe("0");
    expect(await ifindex(host, "br0")).toBe(index);

    const plain = await host.get("/etc/stowage/host.ts");
    await host.switchTo(bridged({}));
    await expectAsBefore(host, before);

    // After a boot it is there again.
    await host.switchTo(plain);
    await host.lab.powerOff();
    await host.lab.start();
    expect((await addresses(host, "br0")).trim()).toBe("192.0.2.1/24");
  },
  { on: "trixie", timeout: 180_000 },
);

scenario(
  "a bridge of somebody else's is neither taken over nor removed",
  async ({ host }) => {
    await host.sh("ip link add br0 type bridge; ip address add 192.0.2.9/24 dev br0");
    const index = await ifindex(host, "br0");
    await host.configure(bridged({ br0: ` addresses: ["192.0.2.1/24"] ` }));
    const refused = await host.tryStowage(["switch"]);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("the interface br0 exists and was not made by stowage");
    // Also not by the unit itself.
    await host.sh("ip link del br0");
    await host.stowage(["switch"]);
    await host.sh("ip link del br0; ip link add br0 type bridge; ip address add 192.0.2.9/24 dev br0");
    await host.sh("systemctl stop stowage-bridge@br0.service");
    expect((await addresses(host, "br0")).trim()).toContain("192.0.2.9/24");
    expect((await host.run(["systemctl", "start", "stowage-bridge@br0.service"])).code).not.toBe(0);
    expect((await addresses(host, "br0")).trim()).toContain("192.0.2.9/24");
    expect(await ifindex(host, "br0")).not.toBe(index);
  },
  { on: "trixie" },
);

scenario(
  "an interface that the host lacks is an error of the switch, and becomes a port when it comes",
  async ({ host }) => {
    await host.configure(bridged({ br0: ` interfaces: ["eth-late"] ` }));
    const told = await host.tryStowage(["switch"]);
    expect(told.code).not.toBe(0);
    expect(`${told.stdout}${told.stderr}`).toContain("stowage-bridge-port@eth\\x2dlate.service");
    expect(await host.sh("ip -o link show br0")).toMatch(/<[^>]*\bUP\b/);
    await host.sh("ip link add eth-late type veth peer name far1");
    await host.waitForUnit("stowage-bridge-port@eth\\x2dlate.service");
    expect(await portsOf(host, "br0")).toEqual(["eth-late"]);
    // Gone and back: as a port.
    await host.sh("ip link del eth-late");
    await host.waitForUnit("stowage-bridge-port@eth\\x2dlate.service", "inactive");
    await host.sh("ip link add eth-late type veth peer name far1");
    await host.waitForUnit("stowage-bridge-port@eth\\x2dlate.service");
    expect(await portsOf(host, "br0")).toEqual(["eth-late"]);
  },
  { on: "trixie", deviceUnits: true },
);
