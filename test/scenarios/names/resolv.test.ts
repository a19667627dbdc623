/** Containers resolve names as the host does, wherever their network is, and as it does now, not as it did at their start. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, expectAsBefore, type Machine, scenario, snapshot } from "../harness.ts";

const program = readFileSync(join(import.meta.dirname, "dns.cjs"), "utf8");

const network = (n: number) => `
      privateNetwork: true, hostAddress: "10.233.${n}.1", localAddress: "10.233.${n}.2",`;
const hostTs = hostWith({
  isolated: `${network(1)} autoStart: true, config: {},`,
  passing: `${network(2)} autoStart: true, ephemeral: true, config: {},`,
  open: `\n      autoStart: true, config: {},`,
  joined: `\n      autoStart: true, networkNamespace: "/run/netns/other", config: {},`,
  built: `${network(3)} autoStart: true, path: "/var/lib/machines/tree",`,
  untouched: `${network(4)} autoStart: true, copyResolvConf: false, config: {},`,
  own: `${network(5)} autoStart: true,
      config: { environment: { etc: { "resolv.conf": { text: "nameserver 192.0.2.54\\n" } } } },`,
});
const following = ["isolated", "passing", "open", "joined", "built"];
const elsewhere = following.filter((name) => name !== "open");

/** Two name servers: on a link, and on another one. */
async function nameServers(host: Machine): Promise<void> {
  await host.put("/root/dns.cjs", program);
  await host.sh(`set -e; ip link add dns0 type bridge && ip link set dns0 up
    ip addr add 192.0.2.53/32 dev dns0 && ip addr add 192.0.2.54/32 dev dns0
    ip netns add other && ip link add other0 type veth peer name eth0 netns other
    ip addr add 10.9.0.1/24 dev other0 && ip link set other0 up
    ip -n other addr add 10.9.0.2/24 dev eth0 && ip -n other link set eth0 up && ip -n other link set lo up
    ip -n other route add default via 10.9.0.1`);
  const serve = (unit: string, at: string, answer: string) =>
    host.must(["systemd-run", `--unit=${unit}`, "node", "/root/dns.cjs", at, answer]);
  await serve("dns-first", "192.0.2.53", "198.51.100.1");
  await serve("dns-second", "192.0.2.54", "198.51.100.2");
  await serve("dns-local", "127.0.0.53", "198.51.100.3");
  await eventually(async () => expect((await host.must(["ss", "-Hlnu", "sport = :53"])).split("\n").length).toBe(4));
}

/** The root file system of a container that somebody else built: one of ours, as a plain tree. */
async function tree(host: Machine): Promise<void> {
  await host.sh(`cd /var/lib/stowage/store && packages=$(ls -d *-debian-trixie | head -n 1)
    mkdir -p /var/lib/machines/tree && cp -a "$packages"/usr /var/lib/machines/tree && cp -a "$packages"/seed/* /var/lib/machines/tree
    rm -f /var/lib/machines/tree/etc/resolv.conf`);
}

const lookUp = (host: Machine, container: string) =>
  host.inside(container, ["sh", "-c", "getent ahostsv4 www.example.org | cut -d ' ' -f 1 | sort -u"]);
const expectAnswers = async (host: Machine, containers: readonly string[], answer: string) =>
  Promise.all(
    containers.map((name) =>
      eventually(async () => expect([name, await lookUp(host, name)]).toEqual([name, `${answer}\n`])),
    ),
  );

scenario(
  "names are looked up from inside every kind of container, by the host's name servers of the moment",
  async ({ host }) => {
    await nameServers(host);
    await host.put("/etc/resolv.conf", "nameserver 192.0.2.53\n");
    await host.configure(hostTs);
    await tree(host);
    const before = await snapshot(host);
    await host.stowage(["switch"]);
    await expectAnswers(host, following, "198.51.100.1");
    await expectAnswers(host, ["own"], "198.51.100.2");
    expect(await host.inside("untouched", ["sh", "-c", "cat /etc/resolv.conf || :"])).toBe("");

    // DHCP, a VPN: the file is written anew while containers run, by rename or in place.
    await host.sh("echo nameserver 192.0.2.54 >/etc/resolv.conf.new && mv /etc/resolv.conf.new /etc/resolv.conf");
    await expectAnswers(host, following, "198.51.100.2");
    await host.sh("echo nameserver 192.0.2.53 >/etc/resolv.conf");
    await expectAnswers(host, following, "198.51.100.1");

    // systemd-resolved: its stub for who shares the host's network, its own servers for all others.
    await host.sh(`mkdir -p /run/systemd/resolve && echo nameserver 192.0.2.54 >/run/systemd/resolve/resolv.conf
    echo nameserver 127.0.0.53 >/run/systemd/resolve/stub-resolv.conf
    ln -sfT ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf`);
    await expectAnswers(host, elsewhere, "198.51.100.2");
    await expectAnswers(host, ["open"], "198.51.100.3");
    await host.sh(`cd /run/systemd/resolve && echo nameserver 192.0.2.53 >new && mv new resolv.conf`);
    await expectAnswers(host, elsewhere, "198.51.100.1");

    // A resolver on loopback and nothing behind it: never copied to where it is nobody.
    await host.sh("rm -r /run/systemd/resolve /etc/resolv.conf && echo nameserver 127.0.0.53 >/etc/resolv.conf");
    await expectAnswers(host, ["open"], "198.51.100.3");
    await eventually(async () =>
      expect(await host.inside("isolated", ["cat", "/etc/resolv.conf"])).not.toContain("nameserver"),
    );
    expect(await host.inside("built", ["cat", "/etc/resolv.conf"])).not.toContain("nameserver 127");

    // A container that starts now, and one that comes back, find what is.
    await host.stowage(["stop", "isolated"]);
    await host.sh("echo nameserver 192.0.2.53 >/etc/resolv.conf");
    await host.stowage(["start", "isolated"]);
    await expectAnswers(host, following, "198.51.100.1");

    await host.sh("echo nameserver 192.0.2.53 >/etc/resolv.conf");
    await host.switchTo(hostWith({}));
    await expectAsBefore(host, before, ["files", "sockets", "nft"]);
    expect(await host.must(["ls", "/run/stowage"])).not.toContain("resolv");
  },
  { on: "trixie" },
);
