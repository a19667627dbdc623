/**
 * T10: a container of a container, of the same name. The outer one is a host: it has systemd-container and what else a
 * host needs, and its own host.ts. See docs/how-to/nested-containers.md.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { buildOutside, type Machine, scenario } from "../harness.ts";

const outer = (suite: string) =>
  hostWith({
    nested: `
      autoStart: true,
      privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",
      additionalCapabilities: ["CAP_NET_ADMIN"],
      bindMounts: {
        "/opt/node": { hostPath: "/usr/local/bin/node" },
        "/opt/stowage": {},
        "/etc/stowage": { hostPath: "/var/lib/machines/inner", isReadOnly: false },
      },
      config: {
        system: { source: { suite: "${suite}" } },
        packages: ["systemd-container", "nftables", "iproute2", "iputils-ping", "libatomic1", "libstdc++6"],
        environment: { etc: { hosts: { mode: "0644", text: "127.0.0.1 localhost\\n" } } },
      },`,
  });

const inner = (suite: string) =>
  hostWith({
    nested: `
      autoStart: true,
      privateNetwork: true, hostAddress: "10.234.1.1", localAddress: "10.234.1.2",
      forwardPorts: [{ hostPort: 8022, containerPort: 22 }],
      config: { system: { source: { suite: "${suite}" } } },`,
  });

const stowage = ["/opt/node", "/opt/stowage/dist/cli.js"];
/** The command of the inner host, run by the outer one. */
const within = (host: Machine, ...argv: string[]): Promise<string> =>
  host.stowage(["run", "nested", "--", ...stowage, ...argv]);

/** A lab host has no network: what the inner host would download is put into its store. */
async function bringInnerStore(host: Machine): Promise<void> {
  const { lock, storePaths } = await buildOutside(inner(host.suite));
  const state = join(host.lab.stateDir, "containers/nested/root/var/lib/stowage");
  mkdirSync(join(state, "store"), { recursive: true });
  // In one, so that files which they share stay shared; with their owners.
  execFileSync("cp", ["--archive", "--", ...storePaths, join(state, "store")]);
  await host.put("/var/lib/machines/inner/host.ts", inner(host.suite));
  await host.put("/var/lib/machines/inner/stowage.lock", lock ?? "");
}

scenario(
  "a container runs an isolated container of its own, of the same name",
  async ({ host }) => {
    await host.must(["mkdir", "-p", "/var/lib/machines/inner"]);
    await host.switchTo(outer(host.suite));
    await bringInnerStore(host);
    expect(await host.stowage(["list"])).toMatch(/nested +system +trusted/);
    await within(host, "switch");
    expect(await within(host, "list")).toMatch(/nested +system +isolated +up/);
    // The three machines do not meet: each sees one `nested`, and ids of its own.
    for (const machines of [
      await host.must(["machinectl", "--no-legend"]),
      await host.stowage(["run", "nested", "--", "machinectl", "--no-legend"]),
    ]) {
      expect(machines.match(/^nested /gm)).toHaveLength(1);
    }
    expect(await within(host, "run", "nested", "--", "systemctl", "status", "--no-pager")).toMatch(/State: running/);
    expect(await within(host, "run", "nested", "--", "cat", "/proc/self/uid_map")).not.toMatch(/^\s*0\s+0\s/);
    await host.stowage(["run", "nested", "--", "ping", "-c", "1", "-W", "2", "10.234.1.2"]);

    // Down and up again from outside: the inner one comes with the outer one.
    await host.stowage(["stop", "nested"]);
    await host.stowage(["start", "nested"]);
    expect(await host.stowage(["run", "nested", "--", "systemctl", "is-active", "container@nested"])).toBe("active\n");
    expect(await host.property("container@nested.service", "ActiveState")).toBe("active");
  },
  { on: "trixie", timeout: 240_000 },
);
