/** T12, and what its peers do not promise: localhost in both families, other machines, other containers. */
import { expect } from "vitest";
import { dualStack, hostWith, serving } from "../configurations.ts";
import { httpGet, type Machine, type Neighbour, onOneMachine } from "../harness.ts";

const forward = `\n      forwardPorts: [{ hostPort: 10080, containerPort: 80 }],`;
const v4 = `\n      privateNetwork: true, hostAddress: "10.233.2.1", localAddress: "10.233.2.2",`;
const v6 = `\n      privateNetwork: true, hostAddress6: "fd00:233:3::1", localAddress6: "fd00:233:3::2",`;

const hostOf = (options: string): string =>
  hostWith({
    web: `\n      autoStart: true,${options}${forward}\n      config: ${serving("through a port\n")},`,
    other: `\n      autoStart: true, privateNetwork: true, hostAddress: "10.233.9.1", localAddress: "10.233.9.2",
      hostAddress6: "fd00:233:9::1", localAddress6: "fd00:233:9::2",
      config: { packages: ["curl"] },`,
  });

const urls = (host: Machine): string[] =>
  ["127.0.0.1", "[::1]", "localhost", host.address, `[${host.address6}]`].map((name) => `http://${name}:10080/`);

/** One cable for all; it ends with the machine. */
const neighbours = new WeakMap<Machine, Promise<Neighbour>>();

function neighbourOf(host: Machine): Promise<Neighbour> {
  const neighbour = neighbours.get(host) ?? host.neighbour();
  neighbours.set(host, neighbour);
  return neighbour;
}

onOneMachine((scenario) => {
  for (const [families, options] of [
    ["both families", dualStack],
    ["IPv4 only", v4],
    ["IPv6 only", v6],
  ] as const) {
    scenario(`a forwarded port of a container with ${families} is reached from everywhere`, async ({ host }) => {
      const neighbour = await neighbourOf(host);
      await host.switchTo(hostOf(options));
      await host.stowage(["start", "web"]);
      const fromHost = urls(host);
      const fromOutside = [`http://${host.address}:10080/`, `http://[${host.address6}]:10080/`];
      for (const url of fromHost) expect((await httpGet(host, url)).body, url).toBe("through a port\n");
      for (const url of fromOutside) expect((await httpGet(neighbour, url)).body, url).toBe("through a port\n");
      // From another container, by the host's address; and from itself, where it has the family.
      for (const url of ["http://10.233.9.1:10080/", "http://[fd00:233:9::1]:10080/"]) {
        expect(await host.inside("other", ["curl", "-sS", "-g", "-m", "5", url]), url).toBe("through a port\n");
      }

      await host.stowage(["stop", "web"]);
      for (const url of fromHost) await expect(httpGet(host, url, 2), url).rejects.toThrow();
      for (const url of fromOutside) await expect(httpGet(neighbour, url, 2), url).rejects.toThrow();
    });
  }

  scenario("a neighbour does not reach 127.0.0.1 of a host with forwarded ports", async ({ host }) => {
    const neighbour = await neighbourOf(host);
    await host.switchTo(hostOf(v4));
    await host.stowage(["start", "web"]);
    const server = `require("http").createServer((q, a) => a.end("private")).listen(7777, "127.0.0.1")`;
    await host.must(["systemd-run", "--unit=private-server", "node", "-e", server]);
    // As an attacker on the same cable would: send packets for 127.0.0.1 to the host's link address.
    await host.must(["sysctl", "-q", "-w", "net.ipv4.conf.eth0.route_localnet=1"]);
    await neighbour.must(["sysctl", "-q", "-w", "net.ipv4.conf.all.route_localnet=1"]);
    await neighbour.must(["ip", "address", "del", "127.0.0.1/8", "dev", "lo"]);
    await neighbour.must(["ip", "route", "add", "127.0.0.1/32", "via", host.address]);
    await expect(httpGet(neighbour, "http://127.0.0.1:7777/", 2)).rejects.toThrow();
    // The same without our guard is answered: the test can fail.
    await host.must(["nft", "flush", "chain", "inet", "stowage", "guard"]);
    expect((await httpGet(neighbour, "http://127.0.0.1:7777/", 3)).body).toBe("private");
  });
});
