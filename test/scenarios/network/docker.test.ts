/** Beside Docker, which lets nothing pass between interfaces but its own. */
import { expect } from "vitest";
import { hostWith, serving } from "../configurations.ts";
import { eventually, httpGet, type Machine, scenario } from "../harness.ts";
import { bridged } from "./hosts.ts";

const hostTs = hostWith({
  web: `
      autoStart: true, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",
      forwardPorts: [{ hostPort: 10080, containerPort: 80 }],
      config: ${serving("beside docker\n")},`,
  other: `
      autoStart: true, privateNetwork: true, hostAddress: "10.233.9.1", localAddress: "10.233.9.2",
      config: { packages: ["curl"] },`,
});

/** iptables-nft and iptables-legacy say it alike. */
const forwardRules = (host: Machine): Promise<string> => host.sh("iptables -S FORWARD; iptables -S DOCKER-USER");

scenario(
  "forwarded ports and containers are reached while docker runs, and after it was restarted",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    await host.must(["systemctl", "start", "docker.service"]);
    expect(await forwardRules(host)).toContain("-P FORWARD DROP");
    await host.switchTo(hostTs);
    const reached = async () => {
      expect((await httpGet(neighbour, `http://${host.address}:10080/`)).body).toBe("beside docker\n");
      for (const url of ["http://10.233.9.1:10080/", "http://10.233.1.2/"])
        expect(await host.inside("other", ["curl", "-sS", "-m", "5", url]), url).toBe("beside docker\n");
    };
    await reached();
    await host.must(["systemctl", "restart", "docker.service"]);
    await reached();
    // Another switch, and loading by hand: one jump, not two.
    await host.must(["systemctl", "reload", "stowage-docker.service"]);
    expect((await forwardRules(host)).match(/-A DOCKER-USER -j STOWAGE$/gm)).toHaveLength(1);
    await reached();

    // What is not published stays closed to other machines.
    await neighbour.must(["ip", "route", "add", "10.233.1.2/32", "via", host.address]);
    await expect(httpGet(neighbour, "http://10.233.1.2/", 2)).rejects.toThrow();

    // The test can fail: without our rules Docker drops all of it.
    await host.must(["systemctl", "stop", "stowage-docker.service"]);
    expect(await forwardRules(host)).not.toContain("STOWAGE");
    await expect(httpGet(neighbour, `http://${host.address}:10080/`, 2)).rejects.toThrow();
    await host.must(["systemctl", "start", "stowage-docker.service"]);
    await reached();

    // Gone with the last container.
    await host.switchTo(hostWith({}));
    expect(await forwardRules(host)).not.toContain("STOWAGE");
    expect(await host.sh("iptables -S")).not.toContain("STOWAGE");
  },
  { flavour: "engines", timeout: 180_000 },
);

scenario(
  "docker that starts after the containers, and at boot",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    await host.must(["systemctl", "stop", "docker.service", "docker.socket"]);
    await host.switchTo(hostTs);
    await host.must(["systemctl", "start", "docker.service"]);
    expect(await forwardRules(host)).toContain("-P FORWARD DROP");
    const reached = async () =>
      expect((await httpGet(neighbour, `http://${host.address}:10080/`)).body).toBe("beside docker\n");
    await eventually(reached);
  },
  { flavour: "engines", timeout: 180_000, on: "trixie" },
);

scenario(
  "on a bridge, whose packets Docker makes netfilter look at",
  async ({ host }) => {
    await host.must(["systemctl", "start", "docker.service"]);
    const bridges = bridged(
      { br0: ` addresses: ["10.233.5.1/24"] ` },
      {
        web: `
      autoStart: true, privateNetwork: true, hostBridge: "br0", localAddress: "10.233.5.2/24",
      forwardPorts: [{ hostPort: 10080, containerPort: 80 }],
      config: { ...${serving("on a bridge\n")}, packages: ["curl", "nginx-light"] },`,
        other: `
      autoStart: true, privateNetwork: true, hostBridge: "br0", localAddress: "10.233.5.3/24",
      config: { packages: ["curl"] },`,
      },
    );
    await host.switchTo(bridges);
    await host.sh("sysctl -q -w net.bridge.bridge-nf-call-iptables=1");
    // Each other, the one by the host's port, and itself by that.
    for (const [name, url] of [
      ["other", "http://10.233.5.2/"],
      ["other", "http://10.233.5.1:10080/"],
      ["web", "http://10.233.5.1:10080/"],
    ] as const)
      expect(await host.inside(name, ["curl", "-sS", "-m", "5", url]), `${name} ${url}`).toBe("on a bridge\n");
    // The test can fail.
    await host.must(["ip", "link", "set", "vb-web", "type", "bridge_slave", "hairpin", "off"]);
    await expect(host.inside("web", ["curl", "-sS", "-m", "3", "http://10.233.5.1:10080/"])).rejects.toThrow();
  },
  { flavour: "engines", timeout: 240_000, on: "bookworm" },
);
