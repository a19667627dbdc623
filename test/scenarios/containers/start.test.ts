/** Starting is synchronous: who asks right after `start`, or `switch`, is answered. No test here waits. */
import { expect } from "vitest";
import { webHost } from "../configurations.ts";
import { httpGet, scenario } from "../harness.ts";

scenario("a container serves the moment switch and start return", async ({ host }) => {
  await host.switchTo(webHost("declared\n"));
  expect(await httpGet(host, "http://10.233.1.2/")).toEqual({ status: 200, body: "declared\n" });

  for (let round = 0; round < 3; round++) {
    await host.stowage(["stop", "web"]);
    await expect(httpGet(host, "http://10.233.1.2/", 2)).rejects.toThrow();
    await host.stowage(["start", "web"]);
    expect((await httpGet(host, "http://10.233.1.2/")).status).toBe(200);
  }
});

scenario("its files are the declared ones, its root is its own, /usr is not writable", async ({ host }) => {
  await host.put("/etc/only-on-the-host", "secret\n");
  await host.switchTo(webHost());
  expect(await host.inside("web", ["cat", "/etc/site/index.html"])).toBe("a page\n");
  expect(await host.inside("web", ["cat", "/etc/hostname"])).toBe("web\n");
  expect(await host.inside("web", ["sh", "-c", "ls /etc/only-on-the-host 2>&1 || :"])).toContain("No such file");

  const write = "touch /usr/x || mount -o remount,rw /usr || mount -o remount,rw,bind /usr || umount -l /usr";
  expect(await host.inside("web", ["sh", "-c", `if ${write}; then echo possible; else echo refused; fi 2>&1`])).toMatch(
    /refused\n$/,
  );
  await host.inside("web", ["sh", "-c", "echo mine > /var/lib/mine"]);
  expect(await host.get("/var/lib/stowage/containers/web/root/var/lib/mine")).toBe("mine\n");
  expect(await host.stowage(["list"])).toMatch(/web.*isolated.*10\.233\.1\.2/);
});

scenario("nothing inside has failed, and what it wrote is there after a restart", async ({ host }) => {
  await host.switchTo(webHost());
  expect(await host.inside("web", ["systemctl", "--failed", "--no-legend", "--plain"])).toBe("");
  const machineId = await host.inside("web", ["cat", "/etc/machine-id"]);
  await host.inside("web", ["sh", "-c", "echo kept > /root/note"]);
  await host.stowage(["stop", "web"]);
  await host.stowage(["start", "web"]);
  expect(await host.inside("web", ["cat", "/root/note"])).toBe("kept\n");
  expect(await host.inside("web", ["cat", "/etc/machine-id"])).toBe(machineId);
});
