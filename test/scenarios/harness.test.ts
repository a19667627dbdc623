/** The harness itself: what it promises to the authors of scenarios. */
import { expect } from "vitest";
import { eventually, expectAsBefore, httpGet, NoAnswer, scenario, snapshot } from "./harness.ts";

const server = `require("http").createServer((q, a) => a.end("page of " + q.url)).listen(8080, "::")`;

scenario(
  "a page is fetched here and from another machine; no answer is told from a bad one",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    await host.must(["systemd-run", "--unit=server", "node", "-e", server]);
    const page = await eventually(() => httpGet(host, "http://127.0.0.1:8080/a"));
    expect(page).toEqual({ status: 200, body: "page of /a" });
    expect((await httpGet(neighbour, `http://${host.address}:8080/`)).status).toBe(200);
    expect((await httpGet(neighbour, `http://[${host.address6}]:8080/`)).status).toBe(200);
    await host.must(["systemctl", "stop", "server"]);
    await expect(httpGet(neighbour, `http://${host.address}:8080/`, 2)).rejects.toThrow(NoAnswer);
  },
  { on: "trixie" },
);

scenario(
  "every kind of leak is found",
  async ({ host }) => {
    await host.must(["nft", "add", "table", "inet", "ours"]);
    await host.must(["mkdir", "-p", "/run/stowage"]);
    const before = await snapshot(host);
    await expectAsBefore(host, before);
    const leaks = {
      namespaces: ["ip netns add left", "ip netns del left"],
      links: ["ip link add left0 type bridge", "ip link del left0"],
      mounts: ["mkdir -p /mnt/left && mount -t tmpfs left /mnt/left", "umount /mnt/left"],
      nft: [
        "nft add set inet ours left '{ type ipv4_addr; elements = { 192.0.2.7 } }'",
        "nft delete set inet ours left",
      ],
      cgroups: ["mkdir /sys/fs/cgroup/left", "rmdir /sys/fs/cgroup/left"],
      units: ["systemd-run --unit=stowage-left sleep infinity", "systemctl stop stowage-left"],
      files: [
        "touch /run/stowage/left; echo '192.0.2.7 left' >> /etc/hosts",
        "rm /run/stowage/left; sed -i '/left/d' /etc/hosts",
      ],
    };
    for (const [kind, [leave, remove]] of Object.entries(leaks)) {
      await host.sh(leave ?? "");
      const now = await snapshot(host);
      expect(now[kind as keyof typeof leaks], kind).not.toEqual(before[kind as keyof typeof leaks]);
      await host.sh(remove ?? "");
      await expectAsBefore(host, before);
    }
  },
  { on: "trixie" },
);

scenario(
  "another machine of the other suite may be booted",
  async ({ host, boot }) => {
    const other = await boot(host.suite === "bookworm" ? "trixie" : "bookworm");
    expect(other.lab.name).not.toBe(host.lab.name);
    expect(await other.get("/etc/os-release")).toContain(`VERSION_CODENAME=${other.suite}`);
  },
  { on: "trixie" },
);
