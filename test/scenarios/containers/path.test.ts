/** A system that is already there: a directory tree, which is never written to. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { expectAsBefore, scenario, snapshot } from "../harness.ts";

const body = (tree: string): string =>
  `\n      path: ${JSON.stringify(tree)}, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",`;

scenario("a container runs a tree that somebody else made, and leaves it as it is", async ({ host }) => {
  // The lab host's own system, as a tree beside it: where file systems can map ids, which its root cannot.
  await host.sh(
    "mkdir /var/lib/machines/tree && cp -a /usr /etc /var/lib/machines/tree/ && mkdir /var/lib/machines/tree/var && echo tree > /var/lib/machines/tree/etc/mark",
  );
  // Of the lab, and nothing for a container in it.
  await host.sh("rm -rf /var/lib/machines/tree/etc/stowage /var/lib/machines/tree/etc/machine-id");
  const tree = () => host.sh("cd /var/lib/machines/tree && find etc var -printf '%p %m %T@ %l\\n' | sort | sha256sum");
  const before = await tree();
  await host.switchTo(hostWith({ given: body("/var/lib/machines/tree") }));
  await host.stowage(["start", "given"]);
  expect(await host.stowage(["run", "given", "--", "cat", "/etc/mark"])).toBe("tree\n");
  expect(await host.stowage(["run", "given", "--", "sh", "-c", "touch /usr/x 2>&1 || echo no"])).toContain("no");
  await host.stowage(["run", "given", "--", "sh", "-c", "echo mine > /etc/mark"]);
  expect(await host.get("/var/lib/machines/tree/etc/mark")).toBe("tree\n");
  await host.must(["ping", "-c", "1", "-W", "2", "10.233.1.2"]);
  await host.stowage(["stop", "given"]);
  expect(await tree()).toBe(before);
});

scenario("a path that is no system is told, and leaves nothing behind", async ({ host }) => {
  await host.must(["mkdir", "-p", "/srv/empty", "/run/stowage"]);
  await host.configure(hostWith({ given: body("/srv/empty") }));
  const before = await snapshot(host);
  const { code, stderr } = await host.tryStowage(["switch"]);
  expect(code).toBe(4);
  expect(stderr).toContain("/srv/empty, the path of container given, has no directory usr/");
  expect((await host.run(["ls", "/var/lib/stowage/containers/given"])).stdout).toBe("");
  expect((await host.run(["systemctl", "is-active", "container@given"])).stdout.trim()).toBe("inactive");
  await expectAsBefore(host, before, ["files"]);
});
