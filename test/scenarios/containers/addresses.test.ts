/** T7: one family alone is enough, and start returns when the network is up. */
import { expect } from "vitest";
import { hostWith, serving } from "../configurations.ts";
import { httpGet, scenario } from "../harness.ts";

const only = (family: 4 | 6): string =>
  family === 4
    ? `\n      privateNetwork: true, hostAddress: "10.233.4.1", localAddress: "10.233.4.2",`
    : `\n      privateNetwork: true, hostAddress6: "fc00:4::1", localAddress6: "fc00:4::2",`;

scenario("a v4-only and a v6-only container answer, and are silent when stopped", async ({ host }) => {
  await host.switchTo(
    hostWith({
      four: `${only(4)}\n      config: ${serving("four\n")},`,
      six: `${only(6)}\n      config: ${serving("six\n")},`,
    }),
  );
  for (const [name, address, url] of [
    ["four", "10.233.4.2", "http://10.233.4.2/"],
    ["six", "fc00:4::2", "http://[fc00:4::2]/"],
  ] as const) {
    expect(await host.stowage(["list"])).toContain(name);
    await host.stowage(["start", name]);
    expect((await httpGet(host, url)).body).toBe(`${name}\n`);
    await host.must(["ping", "-c", "1", "-W", "2", address]);
    await host.stowage(["stop", name]);
    await expect(httpGet(host, url, 2)).rejects.toThrow();
  }
});

scenario("the host knows containers by name", async ({ host }) => {
  await host.switchTo(hostWith({ four: `\n      autoStart: true,${only(4)}\n      config: ${serving("four\n")},` }));
  expect((await httpGet(host, "http://four.containers/")).body).toBe("four\n");
});
