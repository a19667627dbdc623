/** Containers are found by name: from the host and from other containers, live, and a container always finds itself. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, scenario } from "../harness.ts";

const network = (n: number) => `
      privateNetwork: true, hostAddress: "10.233.${n}.1", localAddress: "10.233.${n}.2",
      hostAddress6: "fd00:233:${n}::1", localAddress6: "fd00:233:${n}::2",`;

const plain = `${network(1)} autoStart: true, config: {},`;
const others = {
  plain,
  passing: `${network(2)} autoStart: true, ephemeral: true, config: {},`,
  open: `\n      autoStart: true, config: {},`,
  picky: `${network(3)} autoStart: true, config: { networking: {
        hostName: "fussy", extraHosts: "192.0.2.7 later.containers elsewhere\\n" } },`,
  alone: `${network(4)} autoStart: true, config: { environment: { etc: { hosts: { text: "192.0.2.8 only\\n" } } } },`,
};
const withLater = {
  ...others,
  later: `\n      privateNetwork: true, hostBridge: "br0", localAddress: "10.9.0.9/24", autoStart: true,
      extraVeths: { side0: { hostAddress: "10.233.9.1", localAddress: "10.233.9.2/32" } }, config: {},`,
};

const addresses = async (host: Machine, container: string, name: string) =>
  (await host.inside(container, ["sh", "-c", `getent ahosts ${name} | cut -d ' ' -f 1 | sort -u`]))
    .split("\n")
    .filter(Boolean);
const pids = (host: Machine) =>
  Promise.all(Object.keys(others).map((name) => host.property(`container@${name}.service`, "MainPID")));

scenario(
  "containers find themselves and each other by name; one that comes or goes is known at once",
  async ({ host }) => {
    await host.sh("ip link add br0 type bridge && ip addr add 10.9.0.1/24 dev br0 && ip link set br0 up");
    // Nothing but files: neither systemd's own ways nor DNS have a part in it.
    await host.sh("sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf");
    await host.switchTo(hostWith(others));
    const running = await pids(host);

    for (const [name, own] of Object.entries({ plain: "plain", passing: "passing", open: "open", picky: "fussy" })) {
      expect(await addresses(host, name, own), name).not.toEqual([]);
      expect(await addresses(host, name, "localhost"), name).toContain("::1");
      expect(await addresses(host, name, "plain.containers"), name).toEqual(["10.233.1.2", "fd00:233:1::2"]);
      expect(await addresses(host, name, "passing"), name).toEqual(["10.233.2.2", "fd00:233:2::2"]);
    }
    expect(await host.inside("alone", ["cat", "/etc/hosts"])).toBe("192.0.2.8 only\n");
    expect(await host.inside("plain", ["sh", "-c", "getent hosts later || :"])).toBe("");

    // One that is added: on a bridge, where its address has a prefix length, and on a further link.
    await host.switchTo(hostWith(withLater));
    expect(await addresses(host, "plain", "later.containers")).toContain("10.9.0.9");
    expect(await addresses(host, "passing", "later")).toContain("10.9.0.9");
    await eventually(async () => expect(await addresses(host, "open", "later")).toContain("10.9.0.9"));
    expect(await addresses(host, "plain", "side0.later.containers")).toEqual(["10.233.9.2"]);
    // What it declares itself counts for it.
    await eventually(async () => expect(await addresses(host, "picky", "later")).toContain("10.9.0.9"));
    expect(await addresses(host, "picky", "later.containers")).toEqual(["192.0.2.7"]);
    expect(await addresses(host, "later", "plain")).toEqual(["10.233.1.2", "fd00:233:1::2"]);
    expect((await host.must(["getent", "ahostsv4", "later.containers"])).split(" ")[0]).toMatch(/^10\./);
    await host.must(["ping", "-c1", "-W2", "later.containers"]);
    await host.must(["ping", "-c1", "-W2", "plain.containers"]);

    await host.switchTo(hostWith(others));
    expect(await host.inside("plain", ["sh", "-c", "getent hosts later || :"])).toBe("");
    await eventually(async () => expect(await host.inside("open", ["sh", "-c", "getent hosts later || :"])).toBe(""));
    expect(await host.must(["sh", "-c", "getent hosts later.containers || :"])).toBe("");
    expect(await pids(host)).toEqual(running);
  },
  { on: "bookworm" },
);
