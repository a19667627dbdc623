/** Beside a systemd-networkd that ran before us: it has a file of its own for every link called ve-*. */
import { expect } from "vitest";
import { dualStack, hostWith, serving, webHost } from "../configurations.ts";
import { eventually, httpGet, type Machine, scenario } from "../harness.ts";

/** networkd's word for a link: `unmanaged`, `configured`, `configuring`, … */
const setup = async (host: Machine, name: string): Promise<string> =>
  (await host.sh(`networkctl --no-legend --no-pager list ${name}`)).trim().split(/ +/)[4] ?? "";

const addresses = async (host: Machine, name: string): Promise<string[]> =>
  (await host.sh(`ip -o address show dev ${name} | awk '{ print $4 }'`)).trim().split("\n").sort();

scenario("a networkd that runs leaves links of containers alone from the first switch on", async ({ host }) => {
  await host.must(["systemctl", "start", "systemd-networkd.service"]);
  await host.configure(webHost("beside networkd\n"));
  expect((await host.tryStowage(["plan"])).stdout).toMatch(/reload +systemd-networkd.service/);
  await host.stowage(["switch"]);
  expect((await httpGet(host, "http://10.233.1.2/")).body).toBe("beside networkd\n");
  expect(await setup(host, "ve-web")).toBe("unmanaged");
  expect((await addresses(host, "ve-web")).filter((address) => !address.startsWith("fe80:"))).toEqual([
    "10.233.1.1/32",
    "fd00:233:1::1/128",
  ]);
  // The test can fail: another link of that name is taken at once.
  await host.sh("ip link add ve-other type veth peer name far; ip link set ve-other up; ip link set far up");
  await eventually(async () => expect(await setup(host, "ve-other")).toMatch(/^config/), 20_000);
  expect(await setup(host, "ve-web")).toBe("unmanaged");

  // A second container, and a networkd that starts anew.
  await host.switchTo(
    hostWith({
      web: `\n autoStart: true,${dualStack}\n config: ${serving("beside networkd\n")},`,
      "second-with-a-long-name": `\n autoStart: true, privateNetwork: true, hostAddress: "10.233.2.1", localAddress: "10.233.2.2",
        config: {},`,
    }),
  );
  await host.must(["systemctl", "restart", "systemd-networkd.service"]);
  await eventually(async () => expect(await setup(host, "ve-other")).toMatch(/^config/), 20_000);
  const links = (await host.sh("ls /sys/class/net")).split("\n").filter((name) => /^ve-(web|secon)/.test(name));
  expect(links).toHaveLength(2);
  for (const link of links) expect(await setup(host, link), link).toBe("unmanaged");
  expect((await httpGet(host, "http://10.233.1.2/")).body).toBe("beside networkd\n");

  // What is gone is gone for networkd too.
  const removed = await host.switchTo(hostWith({}));
  expect(removed).toMatch(/reload +systemd-networkd.service/);
});
