/** Everything that was made is taken away again; what was there before, and what a person or a container wrote, is not. */
import { expect } from "vitest";
import { dualStack, webHost } from "../configurations.ts";
import { expectAsBefore, httpGet, scenario, snapshot } from "../harness.ts";

const hostTs = webHost("a page\n", `${dualStack}\n      forwardPorts: [{ hostPort: 8080, containerPort: 80 }],`);
const root = "/var/lib/stowage/containers/web/root";

scenario(
  "after uninstall the machine is as it was before",
  async ({ host }) => {
    const left = async () =>
      (await host.sh("ls -A /var/lib/stowage /var/cache/stowage /run/stowage /etc/stowage 2>/dev/null || :")).trim();
    await host.configure(hostTs);
    // The directory itself is a mount in a lab host, and stays; the store that was copied in is not what this is about.
    await host.must(["chmod", "0700", "/var/lib/stowage"]);
    const before = await snapshot(host);

    await host.stowage(["switch"]);
    expect((await httpGet(host, "http://127.0.0.1:8080/")).body).toBe("a page\n");
    await host.stowage(["run", "web", "--", "sh", "-c", "echo mine >/root/written"]);

    const shown = await host.stowage(["uninstall"]);
    expect(shown).toContain("stop     container@web.service");
    expect(shown).toContain(`but for what containers have written\n  ${root.replace("/root", "")}\n`);
    expect(await host.get(`${root}/root/written`)).toBe("mine\n");
    await expectAsBefore(host, before, ["files"]);
    expect(await left()).toBe("/etc/stowage:\nhost.ts\nstowage.lock\n\n/var/lib/stowage:\ncontainers");

    // The root was kept, so the next switch goes on with it.
    await host.switchTo(hostTs);
    expect(await host.stowage(["run", "web", "--", "cat", "/root/written"])).toBe("mine\n");

    // Nothing is done where something of somebody else's would go with the root.
    await host.must(["mkdir", "-p", `${root}/srv/theirs`]);
    await host.must(["mount", "-t", "tmpfs", "none", `${root}/srv/theirs`]);
    const refused = await host.tryStowage(["uninstall", "--state"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`${root}/srv/theirs`);
    expect(await host.property("container@web.service", "ActiveState")).toBe("active");
    await host.must(["umount", `${root}/srv/theirs`]);

    expect(await host.stowage(["uninstall", "--state"])).toMatch(/\nremoved\n$/);
    await expectAsBefore(host, before);
    expect(await left()).toBe("/etc/stowage:\nhost.ts\nstowage.lock\n\n/var/lib/stowage:");
    expect(await host.stowage(["uninstall", "--state"])).toBe("removed\n");
  },
  { on: "bookworm" },
);
