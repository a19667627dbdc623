/** T8: macvlans on an interface of the host, beside a macvlan of the host's own. */
import { expect } from "vitest";
import { eventually, httpGet, scenario } from "../harness.ts";
import { answering, host as hostOf, reach } from "./systems.ts";

const hostTs = hostOf(
  Object.fromEntries(
    [3, 4].map((n) => [
      `m${n}`,
      [`macvlans: ["eth0"],`, `ip address add 192.0.2.${n}/24 dev mv-eth0; ${reach("192.0.2.1")}`],
    ]),
  ),
);

scenario(
  "containers with macvlans, their host and another machine reach each other",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    await host.sh(
      "ip address flush dev eth0; ip link add link eth0 name own0 type macvlan mode bridge; ip address add 192.0.2.1/24 dev own0; ip link set own0 up",
    );
    await host.must(answering);
    await host.switchTo(hostTs);
    const [a, b] = ["http://192.0.2.3/", "http://192.0.2.4/"] as const;
    for (const url of [a, b]) {
      expect((await httpGet(host, url)).body).toBe("inside\n");
      expect((await httpGet(neighbour, url)).body).toBe("inside\n");
    }
    expect(await host.inside("m3", ["curl", "-sS", "-m", "5", b])).toBe("inside\n");
    expect(await host.inside("m4", ["cat", "/run/answer"])).toBe("hello");
    const mac = await host.inside("m3", ["cat", "/sys/class/net/mv-eth0/address"]);
    for (let round = 0; round < 3; round++) await host.must(["systemctl", "restart", "container@m3.service"]);
    expect(await host.inside("m3", ["cat", "/sys/class/net/mv-eth0/address"])).toBe(mac);
    expect((await httpGet(neighbour, a)).body).toBe("inside\n");
    const pid = await host.property("container@m3.service", "MainPID");
    await host.must(["kill", "-9", pid]);
    await eventually(async () => expect((await httpGet(neighbour, a, 2)).body).toBe("inside\n"), 20_000);
  },
  { on: "bookworm" },
);
