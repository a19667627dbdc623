/** T11b: at boot a container waits for the device units of interfaces that it gets, whatever their names are. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { scenario } from "../harness.ts";

const late = `[Unit]
Description=An interface that comes late
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sleep 4
ExecStart=/usr/sbin/ip link add dummy-test type veth peer name far-test
[Install]
WantedBy=multi-user.target
`;

scenario(
  "a container waits at boot for an interface that comes late, and not a moment longer",
  async ({ host }) => {
    await host.sh("ip link add dummy-test type veth peer name far-test");
    await host.switchTo(
      hostWith({ web: `\n autoStart: true, privateNetwork: true, interfaces: ["dummy-test"], config: {},` }),
    );
    await host.waitForUnit("container@web.service");
    await host.put("/etc/systemd/system/late.service", late);
    await host.must(["systemctl", "enable", "late.service"]);
    await host.lab.powerOff();
    await host.lab.start();
    expect(await host.property("late.service", "ActiveState")).toBe("active");
    expect(await host.property("container@web.service", "ActiveState")).toBe("active");
    expect(await host.inside("web", ["cat", "/sys/class/net/dummy-test/ifindex"])).toMatch(/^\d+\n$/);
    const log = await host.sh("journalctl -b --no-pager _PID=1");
    expect(log).not.toMatch(/timed out/i);
    expect(log).toContain("sys-subsystem-net-devices-dummy\\x2dtest.device");
    // It did wait: the interface was there first.
    const since = async (unit: string) => Number(await host.property(unit, "ActiveEnterTimestampMonotonic"));
    expect(await since("container-net@web.service")).toBeGreaterThan(await since("late.service"));
  },
  { deviceUnits: true, timeout: 180_000 },
);
