/** T18: the network works while the container still starts, before it is ready. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { scenario } from "../harness.ts";
import { answering, reach } from "../network/systems.ts";

const hostTs = hostWith({
  client: `
      autoStart: true, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",
      config: {
        packages: ["curl"],
        systemd: { services: { early: {
          wantedBy: ["multi-user.target"], before: ["multi-user.target"],
          serviceConfig: { Type: "oneshot", RemainAfterExit: true },
          script: ${JSON.stringify(reach("10.233.1.1"))},
        } } },
      },`,
});

scenario("a service that must finish before the container is ready reaches the host", async ({ host }) => {
  await host.must(answering);
  await host.switchTo(hostTs);
  expect(await host.property("container@client.service", "ActiveState")).toBe("active");
  expect((await host.inside("client", ["systemctl", "is-active", "early"])).trim()).toBe("active");
  expect(await host.inside("client", ["cat", "/run/answer"])).toBe("hello");
  expect(await host.inside("client", ["curl", "-sS", "-m", "5", "http://10.233.1.1:7070/"])).toBe("hello");
});
