/** T18: the network works while the container still starts, before it is ready. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { scenario } from "../harness.ts";

const hostTs = hostWith({
  client: `
      autoStart: true, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",
      config: {
        packages: ["curl"],
        systemd: { services: { early: {
          wantedBy: ["multi-user.target"], before: ["multi-user.target"],
          serviceConfig: { Type: "oneshot", RemainAfterExit: true },
          script: "curl -sS -m 5 http://10.233.1.1:7070/ > /run/answer",
        } } },
      },`,
});

scenario("a service that must finish before the container is ready reaches the host", async ({ host }) => {
  const server = `require("http").createServer((q, a) => a.end("hello")).listen(7070, "::")`;
  await host.must(["systemd-run", "--unit=hello-server", "--property=Type=exec", "node", "-e", server]);
  await host.switchTo(hostTs);
  expect(await host.property("container@client.service", "ActiveState")).toBe("active");
  expect((await host.inside("client", ["systemctl", "is-active", "early"])).trim()).toBe("active");
  expect(await host.inside("client", ["cat", "/run/answer"])).toBe("hello");
  expect(await host.inside("client", ["curl", "-sS", "-m", "5", "http://10.233.1.1:7070/"])).toBe("hello");
});
