/** What switch does to running containers, and what it leaves alone. */
import { expect } from "vitest";
import { dualStack, hostWith, serving, webHost } from "../configurations.ts";
import { expectAsBefore, httpGet, type Machine, onOneMachine, snapshot } from "../harness.ts";

const invocation = (host: Machine, unit: string): Promise<string> => host.property(unit, "InvocationID");

onOneMachine((scenario) => {
  scenario(
    "a file of somebody else's in the way stops the switch, and nothing is changed",
    async ({ host }) => {
      await host.put("/etc/systemd/system/container@web.service", "[Service]\nExecStart=/bin/true\n");
      await host.configure(webHost());
      // Where the lock is held while a switch looks: the one thing that it makes before it knows.
      await host.must(["mkdir", "-p", "/run/stowage"]);
      const before = await snapshot(host);
      const result = await host.tryStowage(["switch"]);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain("/etc/systemd/system/container@web.service");
      expect(await host.get("/etc/systemd/system/container@web.service")).toBe("[Service]\nExecStart=/bin/true\n");
      await expectAsBefore(host, before);
      await host.must(["rm", "/etc/systemd/system/container@web.service"]);
    },
    { on: "bookworm" },
  );

  scenario(
    "a container that is no longer declared is stopped and its units are gone; its state stays",
    async ({ host }) => {
      const before = await snapshot(host);
      await host.switchTo(webHost());
      await host.switchTo(hostWith({}));
      expect((await host.run(["systemctl", "cat", "container@web.service"])).code).not.toBe(0);
      expect((await host.run(["test", "-d", "/var/lib/stowage/containers/web/root"])).code).toBe(0);
      await expectAsBefore(host, before, ["files"]);
    },
    { on: "trixie" },
  );

  scenario("a second switch prints and does nothing", async ({ host }) => {
    const first = await host.switchTo(webHost());
    expect(first).toContain("web");
    const before = await invocation(host, "container@web.service");
    const reloads = await host.sh("journalctl _PID=1 | grep -c Reloading || :");
    const second = await host.tryStowage(["switch"]);
    expect(second).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await invocation(host, "container@web.service")).toBe(before);
    expect(await host.sh("journalctl _PID=1 | grep -c Reloading || :")).toBe(reloads);
    expect((await host.tryStowage(["plan"])).code).toBe(0);
  });

  scenario(
    "a changed file reaches the container; another container is not touched",
    async ({ host }) => {
      const two = (page: string): string =>
        hostWith({
          web: `\n      autoStart: true,${dualStack}\n      config: ${serving(page)},`,
          other: `\n      autoStart: true,\n      privateNetwork: true,\n      config: {},`,
        });
      await host.switchTo(two("before\n"));
      const other = await invocation(host, "container@other.service");
      await host.configure(two("after\n"));
      const plan = await host.tryStowage(["plan"]);
      expect(plan.code).toBe(2);
      expect(plan.stdout).toContain("web");
      await host.stowage(["switch"]);
      expect((await httpGet(host, "http://10.233.1.2/")).body).toBe("after\n");
      expect(await invocation(host, "container@other.service")).toBe(other);
    },
    { on: "bookworm" },
  );
});
