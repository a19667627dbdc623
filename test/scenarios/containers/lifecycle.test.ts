/** Reboot and power-off from inside, death of the supervisor, and what is left behind: nothing. */
import { expect } from "vitest";
import { dualStack, hostWith, serving, webHost } from "../configurations.ts";
import { eventually, expectAsBefore, httpGet, type Machine, onOneMachine, snapshot } from "../harness.ts";

const unit = "container@web.service";
const bootId = (host: Machine): Promise<string> => host.inside("web", ["cat", "/proc/sys/kernel/random/boot_id"]);
const leader = (host: Machine): Promise<string> => host.property(unit, "MainPID");

const stopped = hostWith({
  web: `${dualStack}\n      forwardPorts: [{ hostPort: 8080, containerPort: 80 }],\n      config: ${serving("a page\n")},`,
});

onOneMachine((scenario) => {
  scenario("kill -9 of its supervisor: it is restarted and serves again", async ({ host }) => {
    await host.switchTo(webHost());
    for (let round = 0; round < 3; round++) {
      await host.kill(unit);
      await eventually(async () => expect((await httpGet(host, "http://10.233.1.2/", 2)).status).toBe(200));
    }
  });

  scenario("reboot from inside brings it back, power-off from inside leaves it off", async ({ host }) => {
    await host.switchTo(webHost());
    const before = await leader(host);
    await host.run(["systemd-run", "--machine=web", "--quiet", "systemctl", "reboot"]);
    await eventually(async () => {
      expect(await leader(host)).not.toBe(before);
      expect((await httpGet(host, "http://10.233.1.2/", 2)).status).toBe(200);
    });
    expect(await host.property(unit, "ActiveState")).toBe("active");
    expect(await bootId(host)).not.toBe("");

    await host.run(["systemd-run", "--machine=web", "--quiet", "systemctl", "poweroff"]);
    await host.waitForUnit(unit, "inactive", 20_000);
    expect(await host.property(unit, "Result")).toBe("success");
    expect(await host.must(["sh", "-c", "systemctl --failed --no-legend --plain"])).toBe("");
  });

  scenario("after stop nothing is left: namespaces, links, mounts, nft elements, cgroups, files", async ({ host }) => {
    await host.switchTo(stopped);
    // The first start may leave what every later one finds: our empty nft table.
    await host.stowage(["start", "web"]);
    await host.stowage(["stop", "web"]);
    await eventually(async () => expect(await host.must(["ip", "netns"])).toBe(""));
    const before = await snapshot(host);
    for (let round = 0; round < 3; round++) {
      await host.stowage(["start", "web"]);
      expect((await snapshot(host)).links).not.toEqual(before.links);
      if (round === 1) {
        await host.kill(unit);
      }
      await host.stowage(["stop", "web"]);
      await expectAsBefore(host, before, ["files"]);
    }
  });

  scenario("stopped and started many times in a row, and each time it serves at once, on ::1 too", async ({ host }) => {
    await host.switchTo(stopped);
    for (let round = 0; round < 8; round++) {
      await host.must(["systemctl", "start", unit]);
      expect((await httpGet(host, "http://[::1]:8080/")).status).toBe(200);
      await host.must(["systemctl", "stop", unit]);
    }
    await host.must(["systemctl", "start", unit]);
    await host.must(["kill", "-9", await leader(host)]);
    await eventually(async () => expect((await httpGet(host, "http://[::1]:8080/", 2)).status).toBe(200), 20_000);
    await host.stowage(["stop", "web"]);
  });

  scenario("stopping while it still starts ends cleanly, and it can be started again", async ({ host }) => {
    await host.switchTo(stopped);
    await host.must(["systemctl", "start", "--no-block", unit]);
    await eventually(async () => expect(await host.property(unit, "SubState")).toBe("start"));
    await host.stowage(["stop", "web"]);
    expect(await host.property(unit, "ActiveState")).toBe("inactive");
    expect(await host.property(unit, "Result")).toBe("success");
    await host.stowage(["start", "web"]);
    expect((await httpGet(host, "http://10.233.1.2/")).status).toBe(200);
  });
});
