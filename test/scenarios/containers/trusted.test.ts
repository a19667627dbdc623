/** A container that shares the host's network has no user namespace: it is called trusted, and still cannot write /usr. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { expectAsBefore, scenario, snapshot } from "../harness.ts";

const page = `config: {
        environment: { etc: { "greeting": { text: "hello\\n" } } },
        systemd: { services: { mark: { wantedBy: ["multi-user.target"], serviceConfig: { Type: "oneshot", RemainAfterExit: true }, script: "cat /etc/greeting > /run/mark" } } },
      },`;
const both = hostWith({ lasting: `\n      ${page}`, brief: `\n      ephemeral: true,\n      ${page}` });

scenario(
  "trusted containers start, cannot write to the store, and leave nothing behind",
  async ({ host }) => {
    await host.switchTo(both);
    expect(await host.stowage(["list"])).toMatch(/lasting +system +trusted/);
    const before = await snapshot(host);
    const store = () => host.sh("cd /var/lib/stowage/store && find . -printf '%p %m %T@ %l\\n' | sort | sha256sum");
    const stored = await store();
    for (const name of ["lasting", "brief"]) {
      await host.stowage(["start", name]);
      expect(await host.stowage(["run", name, "--", "cat", "/run/mark"])).toBe("hello\n");
      const attack =
        "touch /usr/x; mount -o remount,rw,bind /usr && touch /usr/x; mount -o remount,rw /usr && touch /usr/x; :";
      await host.stowage(["run", name, "--", "sh", "-c", `{ ${attack}; } 2>/dev/null`]);
      await host.kill(`container@${name}.service`);
      await host.stowage(["stop", name]);
    }
    expect(await store()).toBe(stored);
    // A lasting one has written to its root.
    await expectAsBefore(host, before, ["files"]);
  },
  { on: "trixie" },
);

scenario(
  "an ephemeral trusted container cannot change what it was declared as",
  async ({ host }) => {
    await host.switchTo(both);
    await host.stowage(["start", "brief"]);
    const attack =
      "mount -o remount,rw,bind /run/declared/current; mount -o remount,rw /run/declared/current; echo x > /run/declared/current/planted";
    await host.stowage(["run", "brief", "--", "sh", "-c", `{ ${attack}; } 2>/dev/null || :`]);
    expect(await host.sh("find /var/lib/stowage/store -name planted")).toBe("");
  },
  { on: "trixie" },
);

scenario(
  "what is in the store is root's alone on the host, and readable inside under any umask",
  async ({ host }) => {
    await host.configure(both);
    await host.sh("umask 077; stowage switch");
    await host.stowage(["start", "lasting"]);
    const nobody = ["--user", "nobody"];
    expect(await host.stowage(["run", "lasting", ...nobody, "--", "cat", "/etc/greeting"])).toBe("hello\n");
    const found = await host.run(
      "setpriv --reuid=65534 --regid=65534 --clear-groups find /var/lib/stowage -mindepth 1".split(" "),
    );
    expect(found.stdout).toBe("");
    expect(found.stderr).toContain("Permission denied");
  },
  { on: "trixie" },
);
