/** Devices of the host: the node is there, with the host's owner and mode, and can be used, whatever users it has. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, scenario } from "../harness.ts";

const network = (number: number): string =>
  `privateNetwork: true, hostAddress: "10.233.${number}.1", localAddress: "10.233.${number}.2",`;
const devices = `allowedDevices: [{ node: "/dev/ttyS9", modifier: "rw" }, { node: "/dev/serial/by-id/it", modifier: "r" }],`;

scenario(
  "the node is there and opens, for those whom its mode lets",
  async ({ host }) => {
    // The number of /dev/fuse, which every machine has, in the place of a serial port that no machine of ours has.
    await host.sh(`mknod /dev/ttyS9 c 10 229 && chown root:dialout /dev/ttyS9 && chmod 0660 /dev/ttyS9
    mkdir -p /dev/serial/by-id && ln -s ../../ttyS9 /dev/serial/by-id/it`);
    await host.switchTo(
      hostWith({
        isolated: `\n      ${network(1)} ${devices}\n      config: {},`,
        brief: `\n      ephemeral: true, ${network(2)} ${devices}\n      config: {},`,
        trusted: `\n      ${devices}\n      config: {},`,
        without: `\n      ${network(3)}\n      config: {},`,
      }),
    );
    const names = ["isolated", "brief", "trusted"];
    await host.stowage(["start", ...names, "without"]);
    for (const name of names) {
      const inside = (...argv: string[]) => host.inside(name, argv);
      for (const node of ["/dev/ttyS9", "/dev/serial/by-id/it"]) {
        expect(await inside("stat", "--format=%F %U %G %a", node)).toBe("character special file root dialout 660\n");
        await inside("dd", `if=${node}`, "count=0", "status=none");
        const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        await expect(inside(...nobody, "dd", `if=${node}`, "count=0", "status=none")).rejects.toThrow(
          "Permission denied",
        );
      }
    }
    await expect(host.inside("without", ["test", "-e", "/dev/ttyS9"])).rejects.toThrow();
    expect(await host.property("container@isolated.service", "DeviceAllow")).toContain("/dev/ttyS9 rw");
    // Plugged in anew, it has another number.
    await host.sh("rm /dev/ttyS9 && mknod /dev/ttyS9 c 1 7 && systemctl restart container@isolated.service");
    await eventually(async () =>
      expect(await host.inside("isolated", ["stat", "--format=%t %T", "/dev/ttyS9"])).toBe("1 7\n"),
    );
    await host.stowage(["stop", ...names, "without"]);
    expect((await host.run(["test", "-e", "/var/lib/stowage/devices/brief"])).code).toBe(1);
  },
  { on: "bookworm" },
);

scenario(
  "tun: an interface can be made, in a trusted container, and nowhere else",
  async ({ host }) => {
    const tun = `enableTun: true, config: { packages: ["iproute2"] },`;
    await host.switchTo(hostWith({ vpn: `\n      ${network(1)} ${tun}` }));
    await host.stowage(["start", "vpn"]);
    expect(await host.stowage(["list"])).toMatch(/vpn .* trusted .*it has tun/);
    await host.inside("vpn", ["ip", "tuntap", "add", "dev", "t0", "mode", "tun"]);
    await host.inside("vpn", ["ip", "link", "show", "t0"]);
    await host.inside("vpn", ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
    expect((await host.run(["ip", "link", "show", "t0"])).code).not.toBe(0);
    await host.put("/etc/stowage/host.ts", hostWith({ vpn: `\n      ${network(1)} privateUsers: "pick", ${tun}` }));
    expect((await host.tryStowage(["check"])).stderr).toContain("tun-without-power");
  },
  { on: "bookworm" },
);
