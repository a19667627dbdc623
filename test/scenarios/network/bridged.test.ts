/** T1, T6 and T18 on a bridge that was made by somebody else. */
import { expect } from "vitest";
import { eventually, httpGet, scenario } from "../harness.ts";
import { answering, host as hostOf, reach } from "./systems.ts";

const hostTs = hostOf({
  web: [
    `privateNetwork: true, hostBridge: "br0", localAddress: "192.168.9.2/24", localAddress6: "fd00:9::2/64",
      forwardPorts: [{ hostPort: 8080, containerPort: 80 }, { protocol: "udp", hostPort: 5300, containerPort: 53 }],`,
    reach("192.168.9.1"),
  ],
  "web-noip": [`privateNetwork: true, hostBridge: "br0",`],
});

scenario(
  "containers on a bridge are reached in both families, without an address there is still eth0",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    await host.sh(
      "ip link add br0 type bridge; ip address add 192.168.9.1/24 dev br0; ip address add fd00:9::1/64 dev br0 nodad; ip link set br0 up",
    );
    await host.must(answering);
    await host.switchTo(hostTs);
    expect(await host.inside("web", ["cat", "/run/answer"])).toBe("hello");
    for (const name of ["web", "web-noip"]) {
      expect(await host.inside(name, ["cat", "/sys/class/net/eth0/operstate"])).toBe("up\n");
      expect(await host.sh(`ip -oneline link show vb-${name}`)).toContain("master br0");
    }
    const urls = ["http://192.168.9.2/", "http://[fd00:9::2]/", "http://web.containers/"];
    for (const url of urls) expect((await httpGet(host, url)).body, url).toBe("inside\n");
    // Its answers would not come back by this host, which it knows nothing of.
    for (const from of [host, neighbour])
      for (const name of [host.address, `[${host.address6}]`])
        expect((await httpGet(from, `http://${name}:8080/`)).body, name).toBe("inside\n");
    for (const name of ["127.0.0.1", "[::1]"])
      expect((await httpGet(host, `http://${name}:8080/`)).body).toBe("inside\n");

    await host.stowage(["stop", "web"]);
    for (const url of urls) await expect(httpGet(host, url, 2), url).rejects.toThrow();
    await eventually(async () => expect(await host.sh("ls /sys/class/net")).not.toContain("vb-web\n"));
  },
);
