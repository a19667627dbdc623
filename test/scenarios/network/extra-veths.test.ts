/** T5: further links, bridged and point to point, beside the main one and alone. */
import { expect } from "vitest";
import { expectAsBefore, httpGet, scenario, snapshot } from "../harness.ts";
import { answering, host as hostOf, reach } from "./systems.ts";

const extra = `extraVeths: {
        veth1: { hostBridge: "br1", localAddress: "192.168.8.2/24" },
        veth2: {
          hostAddress: "10.233.2.1", localAddress: "10.233.2.2", hostAddress6: "fd00:2::1", localAddress6: "fd00:2::2",
          forwardPorts: [{ hostPort: 8082, containerPort: 80 }, { protocol: "udp", hostPort: 5302, containerPort: 53 }],
        },
      },`;
const hostTs = hostOf({
  web: [
    `privateNetwork: true, hostBridge: "br0", localAddress: "192.168.9.2/24", localAddress6: "fd00:9::2/64", ${extra}`,
    `${reach("10.233.2.1")} && ${reach("192.168.8.1")}`,
  ],
  // privateUsers "no": its root rules the namespace, as with every network of its own.
  alone: [
    `privateUsers: "no", extraVeths: { lan0: { hostAddress: "10.233.3.1", localAddress: "10.233.3.2" } },`,
    reach("10.233.3.1"),
  ],
});

scenario(
  "further links are up on both ends before the container starts, and gone afterwards",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    for (const [bridge, net] of [
      ["br0", "192.168.9.1/24"],
      ["br1", "192.168.8.1/24"],
    ])
      await host.sh(`ip link add ${bridge} type bridge; ip address add ${net} dev ${bridge}; ip link set ${bridge} up`);
    await host.sh("ip address add fd00:9::1/64 dev br0 nodad");
    await host.must(answering);
    // An interface of somebody else's that a container's may not be mistaken for.
    await host.switchTo(hostTs);
    for (const name of ["veth1", "veth2"]) {
      expect(await host.inside("web", ["cat", `/sys/class/net/${name}/operstate`])).toBe("up\n");
      expect(await host.sh(`cat /sys/class/net/${name}/operstate`)).toBe("up\n");
    }
    expect(await host.sh("ip -oneline link show veth1")).toContain("master br1");
    const addresses = ["192.168.9.2", "192.168.8.2", "10.233.2.2", "10.233.3.2", "[fd00:9::2]", "[fd00:2::2]"];
    for (const address of addresses) expect((await httpGet(host, `http://${address}/`)).body, address).toBe("inside\n");
    expect(await host.sh("getent hosts veth2.web.containers")).toMatch(/^(fd00:2::2|10\.233\.2\.2) /);
    for (const [from, name] of [
      [host, "127.0.0.1"],
      [host, "[::1]"],
      [neighbour, host.address],
      [neighbour, `[${host.address6}]`],
    ] as const)
      expect((await httpGet(from, `http://${name}:8082/`)).body, name).toBe("inside\n");

    await host.stowage(["stop", "web"]);
    for (const address of addresses.filter((one) => one !== "10.233.3.2"))
      await expect(httpGet(host, `http://${address}/`, 2), address).rejects.toThrow();
  },
  { on: "bookworm" },
);

scenario(
  "an interface of the host under the name of a further link is left alone",
  async ({ host }) => {
    await host.sh("ip link add veth1 type bridge");
    await host.configure(
      hostOf({ web: [`extraVeths: { veth1: { hostAddress: "10.233.2.1", localAddress: "10.233.2.2" } },`] }),
    );
    const before = await snapshot(host);
    const { code, stderr, stdout } = await host.tryStowage(["switch"]);
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("File exists");
    await host.sh("systemctl stop container@web.service || :");
    await expectAsBefore(host, before, ["files", "units", "cgroups", "mounts"]);
    expect(await host.sh("ip -oneline -details link show veth1")).toContain(" bridge ");
  },
  { on: "bookworm" },
);
