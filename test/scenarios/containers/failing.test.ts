/** What failed is told until it is right: containers that systemd starts again and again, ports that are in use. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, scenario } from "../harness.ts";

const broken = hostWith({
  web: `\n      autoStart: true, bindMounts: { "/data": { hostPath: "/srv/missing" } }, config: {},`,
});
const failures = (host: Machine) => host.must(["systemctl", "--failed", "--no-legend", "--plain"]);
const failedSwitch = async (host: Machine) => {
  const { code, stdout, stderr } = await host.tryStowage(["switch"]);
  expect(code, `${stdout}${stderr}`).toBe(4);
  return `${stdout}${stderr}`;
};
const planned = async (host: Machine) => (await host.tryStowage(["plan"])).stdout;

scenario(
  "a container that fails at every start is told by every switch, until it is up or gone",
  async ({ host }) => {
    await host.configure(broken);
    await failedSwitch(host);
    const subState = () => host.property("container@web.service", "SubState");
    await eventually(async () => expect(await subState()).toMatch(/^auto-restart/));
    await eventually(async () => expect(await planned(host)).toContain("it failed and is being restarted"));
    await failedSwitch(host);
    await host.must(["mkdir", "-p", "/srv/missing"]);
    await host.stowage(["switch"]);
    // systemd may have been starting it again by itself at that moment: then there was nothing to do.
    await host.waitForUnit("container@web.service");
    expect(await planned(host)).not.toContain("container@web.service");

    await host.must(["rmdir", "/srv/missing"]);
    await host.tryStowage(["restart", "web"]);
    await host.switchTo(hostWith({}));
    expect(await failures(host)).toBe("");
    expect(await host.property("container@web.service", "LoadState")).toBe("not-found");
  },
  { on: "trixie" },
);

scenario(
  "a port that is in use is told by every switch, until it is free",
  async ({ host }) => {
    const server = `require("http").createServer(() => {}).listen(10080, "::1")`;
    await host.must(["systemd-run", "--unit=in-the-way", "node", "-e", server]);
    await eventually(async () => expect(await host.must(["ss", "-Hltn", "sport = :10080"])).toContain("[::1]"));
    const forwardPorts = "forwardPorts: [{ hostPort: 10080, containerPort: 80 }]";
    // IPv6 comes to such a container by a socket of its own; with both families nft leads everything.
    const v4 = `privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",`;
    await host.configure(hostWith({ web: `\n      autoStart: true, ${v4}\n      ${forwardPorts}, config: {},` }));

    const socket = "stowage-forward-tcp-10080@web.socket";
    expect(await failedSwitch(host)).toContain(socket);
    expect(await host.property("container@web.service", "ActiveState")).toBe("active");
    expect(await planned(host)).toContain(socket);
    expect(await failedSwitch(host)).toContain(socket);

    await host.must(["systemctl", "stop", "in-the-way"]);
    await host.stowage(["switch"]);
    expect(await host.property(socket, "ActiveState")).toBe("active");
    expect(await planned(host)).not.toContain(socket);
  },
  { on: "trixie" },
);
