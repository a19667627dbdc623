/** T4: an ephemeral container leaves nothing, however it ends. */
import { expect } from "vitest";
import { dualStack, hostWith, serving } from "../configurations.ts";
import { expectAsBefore, httpGet, scenario, snapshot } from "../harness.ts";

const host4 = hostWith({ brief: `\n      ephemeral: true,${dualStack}\n      config: ${serving("brief\n")},` });
const root = "/run/stowage/containers/brief/root";

scenario("an ephemeral container's root is below /run, and gone after stop and after kill -9", async ({ host }) => {
  await host.switchTo(host4);
  expect(await host.stowage(["list"])).toMatch(/brief/);
  const before = await snapshot(host);

  await host.stowage(["start", "brief"]);
  expect((await httpGet(host, "http://10.233.1.2/")).body).toBe("brief\n");
  await host.inside("brief", ["sh", "-c", "echo x > /root/note"]);
  expect(await host.get(`${root}/root/note`)).toBe("x\n");
  // Who may run programs on the host may not run those that a container's root has made setuid.
  expect((await host.must(["stat", "-c", "%a %U", `${root}/..`])).trim()).toBe("700 root");
  expect((await host.run(["test", "-e", "/var/lib/stowage/containers/brief"])).code).toBe(1);

  await host.stowage(["stop", "brief"]);
  await expect(httpGet(host, "http://10.233.1.2/", 2)).rejects.toThrow();
  await expectAsBefore(host, before);

  await host.stowage(["start", "brief"]);
  expect((await host.run(["test", "-e", `${root}/root/note`])).code).toBe(1);
  await host.sh("kill -9 $(systemctl show --value --property=MainPID container@brief)");
  // It is started again (Restart=on-failure), with a root that is new.
  await host.waitForUnit("container@brief.service", "active");
  await host.stowage(["stop", "brief"]);
  await expectAsBefore(host, before);
});
