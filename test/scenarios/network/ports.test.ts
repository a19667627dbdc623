/** T12 beyond TCP and beyond every address: UDP, addresses, interfaces. */
import { expect } from "vitest";
import { httpGet, type Machine, scenario } from "../harness.ts";
import { datagram, host as hostOf } from "./systems.ts";

const options = `privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",
      hostAddress6: "fd00:233:1::1", localAddress6: "fd00:233:1::2",
      forwardPorts: [
        { protocol: "udp", hostPort: 5300, containerPort: 53 },
        { hostPort: 8081, containerPort: 80, hostAddress: "127.0.0.1" },
        { hostPort: 8081, containerPort: 80, hostAddress: "192.0.2.1" },
        { hostPort: 8082, containerPort: 80, interface: "eth0" },
      ],`;
const single = `privateNetwork: true, hostAddress: "10.233.4.1", localAddress: "10.233.4.2",
      forwardPorts: [{ hostPort: 8084, containerPort: 80, interface: "eth0" }, { hostPort: 8085, containerPort: 80, hostAddress: "::1" }],`;

type From = Pick<Machine, "run">;

scenario("UDP is answered from everywhere, and restricted ports only where they are meant to be", async ({ host }) => {
  const neighbour = await host.neighbour();
  await host.switchTo(hostOf({ web: [options], single: [single] }));
  const echoed = async (from: From, address: string) =>
    (await from.run(["node", "-e", datagram, address, "5300"])).stdout;
  for (const address of ["127.0.0.1", "::1", host.address, host.address6])
    expect(await echoed(host, address), address).toBe("echoed\n");
  for (const address of [host.address, host.address6])
    expect(await echoed(neighbour, address), address).toBe("echoed\n");

  const yes: [From, string][] = [
    [host, "127.0.0.1:8081"],
    [host, "192.0.2.1:8081"],
    [neighbour, "192.0.2.1:8081"],
    [neighbour, "192.0.2.1:8082"],
    [neighbour, "[2001:db8::1]:8082"],
    [neighbour, "192.0.2.1:8084"],
    // The container has no IPv6: a socket on that interface, or of that address.
    [neighbour, "[2001:db8::1]:8084"],
    [host, "[::1]:8085"],
  ];
  const no: [From, string][] = [
    [host, "[::1]:8081"],
    [neighbour, "[2001:db8::1]:8081"],
    [host, "127.0.0.1:8082"],
    [host, "[::1]:8084"],
    [neighbour, "[2001:db8::1]:8085"],
  ];
  for (const [from, name] of yes) expect((await httpGet(from, `http://${name}/`)).body, name).toBe("inside\n");
  for (const [from, name] of no) await expect(httpGet(from, `http://${name}/`, 2), name).rejects.toThrow();
  await host.stowage(["stop", "web"]);
  expect(await echoed(host, "::1")).toBe("");
  await expect(httpGet(neighbour, "http://192.0.2.1:8082/", 2)).rejects.toThrow();
});
