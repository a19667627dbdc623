/** A system that is already there: a directory tree, which is never written to. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { expectAsBefore, scenario, snapshot } from "../harness.ts";

const body = (tree: string): string =>
  `\n      path: ${JSON.stringify(tree)}, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",`;

scenario(
  "a container runs a tree that somebody else made, and leaves it as it is",
  async ({ host }) => {
    // The lab host's own system, as a tree beside it: where file systems can map ids, which its root cannot.
    await host.sh(
      "mkdir /var/lib/machines/tree && cp -a /usr /etc /var/lib/machines/tree/ && mkdir /var/lib/machines/tree/var && echo tree > /var/lib/machines/tree/etc/mark",
    );
    // Of the lab, and nothing for a container in it.
    await host.sh("rm -rf /var/lib/machines/tree/etc/stowage /var/lib/machines/tree/etc/machine-id");
    const tree = () =>
      host.sh("cd /var/lib/machines/tree && find etc var -printf '%p %m %T@ %l\\n' | sort | sha256sum");
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
  },
  { on: "trixie" },
);

scenario(
  "a tree behind a link is looked at anew at each start, also of an ephemeral container",
  async ({ host }) => {
    await host.sh(
      "cd /var/lib/machines && mkdir one && cp -a /usr /etc one/ && mkdir one/var && rm -rf one/etc/stowage one/etc/machine-id && cp -al one two",
    );
    // Not by writing to files that both have.
    await host.sh("cd /var/lib/machines && for n in one two; do echo $n > $n/usr/lib/mark; done && ln -s one now");
    await host.switchTo(
      hostWith({
        lasting: body("/var/lib/machines/now"),
        brief: '\n      ephemeral: true, path: "/var/lib/machines/now",',
      }),
    );
    const mark = (name: string) => host.stowage(["run", name, "--", "cat", "/usr/lib/mark"]);
    for (const name of ["lasting", "brief"]) {
      await host.stowage(["start", name]);
      expect(await mark(name)).toBe("one\n");
    }
    await host.sh("ln -sfn two /var/lib/machines/now");
    for (const name of ["lasting", "brief"]) {
      expect(await mark(name)).toBe("one\n");
      await host.must(["systemctl", "restart", `container@${name}`]);
      expect(await mark(name)).toBe("two\n");
    }
    // A system that went away is told by start, and by systemd.
    await host.stowage(["stop", "lasting"]);
    await host.must(["rm", "/var/lib/machines/now"]);
    const { code, stderr } = await host.tryStowage(["start", "lasting"]);
    expect(code).toBe(4);
    expect(stderr).toContain("container lasting has no system at its path: /var/lib/machines/now does not exist");
    const { code: status, stderr: word } = await host.run(["systemctl", "start", "container@lasting"]);
    expect(status).toBe(1);
    expect(word).toContain("Assertion failed");
  },
  { on: "trixie" },
);

scenario(
  "a path that is no system is told with its place, before anything is touched",
  async ({ host }) => {
    await host.must(["mkdir", "-p", "/srv/empty", "/run/stowage"]);
    await host.configure(hostWith({ given: body("/srv/empty") }));
    const before = await snapshot(host);
    const { code, stderr } = await host.tryStowage(["switch"]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "error[no-system-at-path]: container given has no system at its path: /srv/empty has no directory usr/",
    );
    expect(stderr).toMatch(/host\.ts:\d+:\d+/);
    await expectAsBefore(host, before);
  },
  { on: "trixie" },
);
