/** Who is let through to containers: by forwarded ports everybody, else only each other. */
import { expect } from "vitest";
import { hostWith, serving } from "../configurations.ts";
import { httpGet, type Machine, scenario } from "../harness.ts";

const web = (ports: string): string => `
      autoStart: true, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",${ports}
      config: ${serving("from web\n")},`;
const other = `
      autoStart: true, privateNetwork: true, hostAddress: "10.233.9.1", localAddress: "10.233.9.2",
      config: { packages: ["curl"] },`;
const ports = ` forwardPorts: [{ hostPort: 10080, containerPort: 80 }],`;
const withPorts = hostWith({ web: web(ports), other });

const forwards = async (host: Machine): Promise<string> => (await host.get("/proc/sys/net/ipv4/ip_forward")).trim();
const fromOther = (host: Machine): Promise<string> =>
  host.inside("other", ["curl", "-sS", "-m", "5", "http://10.233.1.2/"]);

scenario(
  "containers reach each other on a host that forwards nothing",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    await neighbour.must(["ip", "route", "add", "10.233.1.2/32", "via", host.address]);
    await host.switchTo(hostWith({ web: web(""), other }));
    expect(await fromOther(host)).toBe("from web\n");
    expect(await forwards(host)).toBe("0");
    await expect(httpGet(neighbour, "http://10.233.1.2/", 2)).rejects.toThrow();
  },
  { on: "bookworm" },
);

scenario(
  "a forwarded port opens nothing but itself",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    await neighbour.must(["ip", "route", "add", "10.233.1.2/32", "via", host.address]);
    await host.switchTo(withPorts);
    const closed = async () => {
      expect((await httpGet(neighbour, `http://${host.address}:10080/`)).body).toBe("from web\n");
      expect(await fromOther(host)).toBe("from web\n");
      await expect(httpGet(neighbour, "http://10.233.1.2/", 2)).rejects.toThrow();
    };
    await closed();
    expect(await forwards(host)).toBe("1");
    // Forwarding is on now, and still it was we who did it.
    await host.must(["systemctl", "restart", "stowage-forwarding@ipv4.service"]);
    await closed();
    // The test can fail: without the filter it is open.
    await host.must(["nft", "delete", "table", "ip", "stowage_forwarding"]);
    expect((await httpGet(neighbour, "http://10.233.1.2/")).body).toBe("from web\n");

    await host.lab.powerOff();
    await host.lab.start();
    const again = await host.run(["nft", "list", "table", "ip", "stowage_forwarding"]);
    expect(again.stdout).toMatch(/"ve-(web|other)"/);

    await host.switchTo(hostWith({ web: web(""), other }));
    expect(await host.sh("nft list tables")).not.toContain("stowage");
  },
  { on: "bookworm", timeout: 180_000 },
);

scenario(
  "on a host that forwards by itself, who reaches what stays its own decision",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    await neighbour.must(["ip", "route", "add", "10.233.1.2/32", "via", host.address]);
    await host.put("/etc/sysctl.d/50-router.conf", "net.ipv4.ip_forward = 1\n");
    await host.must(["systemctl", "restart", "systemd-sysctl.service"]);
    await host.switchTo(withPorts);
    expect((await httpGet(neighbour, "http://10.233.1.2/")).body).toBe("from web\n");
    expect(await host.sh("nft list tables")).not.toContain("stowage_forwarding");
  },
  { on: "bookworm" },
);
