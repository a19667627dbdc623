/** `path` below /nix: a system of Nix, run as NixOS runs its containers. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { expectAsBefore, type Machine, scenario, snapshot } from "../harness.ts";
import { buildSystem, prepareNix, setProfile } from "./store.ts";

const nixHost = { on: "bookworm", flavour: "nix", timeout: 240_000 } as const;
const network = (n: number) => `privateNetwork: true, hostAddress: "10.233.${n}.1", localAddress: "10.233.${n}.2",`;
const current = (host: Machine, name: string) => host.stowage(["run", name, "--", "readlink", "/run/current-system"]);
const inside = (host: Machine, name: string, script: string) => host.stowage(["run", name, "--", "sh", "-c", script]);

scenario(
  "a profile of Nix boots, isolated; reload and restart take over what the profile was updated to",
  async ({ host }) => {
    await prepareNix(host);
    const one = await buildSystem(host, "one");
    const profile = "/nix/var/nix/profiles/per-container/web/system";
    await host.sh("mkdir -p /nix/var/nix/profiles/per-container/web");
    await setProfile(host, profile, one);
    await host.switchTo(hostWith({ web: `path: ${JSON.stringify(profile)}, ${network(1)}` }));
    expect(await host.stowage(["list"])).toMatch(/web +system +isolated/);
    await host.stowage(["start", "web"]);
    expect(await current(host, "web")).toBe(`${one}\n`);
    expect(await inside(host, "web", "systemctl is-system-running; systemctl is-active multi-user.target")).toBe(
      "running\nactive\n",
    );
    await host.must(["ping", "-c", "1", "-W", "2", "10.233.1.2"]);
    // What it has of the host's Nix, and what it may do with it.
    expect(await inside(host, "web", "touch /nix/store/x /nix/var/nix/db/x 2>&1 || echo no")).toMatch(/no\n$/);
    expect(await inside(host, "web", "mount -o remount,rw,bind /nix/store 2>&1 || echo no")).toMatch(/no\n$/);
    await inside(host, "web", `ln -s ${one} /nix/var/nix/gcroots/mine`);
    expect((await host.must(["readlink", "/nix/var/nix/gcroots/per-container/web/mine"])).trim()).toBe(one);
    expect(await host.sh("stat -c %a /nix/var/nix/profiles/per-container /nix/var/nix/gcroots/per-container")).toBe(
      "700\n700\n",
    );

    const two = await buildSystem(host, "two");
    await setProfile(host, profile, two);
    const leader = await host.property("container@web.service", "MainPID");
    await host.must(["systemctl", "reload", "container@web"]);
    expect(await current(host, "web")).toBe(`${two}\n`);
    expect(await inside(host, "web", "cat /run/switched")).toBe("test two\n");
    expect(await host.property("container@web.service", "MainPID")).toBe(leader);

    // At a restart the profile is looked at anew.
    const three = await buildSystem(host, "three");
    await setProfile(host, profile, three);
    await host.must(["systemctl", "restart", "container@web"]);
    expect(await current(host, "web")).toBe(`${three}\n`);
    const id = await inside(host, "web", "cat /etc/machine-id; echo kept > /root/note");
    await host.stowage(["stop", "web"]);
    expect(await host.property("container@web.service", "Result")).toBe("success");
    await host.stowage(["start", "web"]);
    expect(await inside(host, "web", "cat /etc/machine-id; cat /root/note")).toBe(`${id}kept\n`);
  },
  nixHost,
);

scenario(
  "a store path of Nix boots, trusted; it is not collected as long as it is declared",
  async ({ host }) => {
    await prepareNix(host);
    const path = await buildSystem(host, "stored");
    const other = await buildSystem(host, "garbage");
    await host.switchTo(hostWith({ web: `path: ${JSON.stringify(path)},` }));
    expect(await host.stowage(["list"])).toMatch(/web +system +trusted/);
    await host.must(["nix-store", "--gc"]);
    expect((await host.run(["test", "-e", other])).code).toBe(1);
    await host.stowage(["start", "web"]);
    expect(await current(host, "web")).toBe(`${path}\n`);
    expect(await host.stowage(["run", "web", "--user", "nobody", "--", "ls", `${path}/init`])).toBe(`${path}/init\n`);
    const attack = "mount -o remount,rw,bind /nix/store; mount -o remount,rw /nix/store; touch /nix/store/planted; :;";
    await inside(host, "web", `{ ${attack} } 2>/dev/null`);
    expect((await host.run(["test", "-e", "/nix/store/planted"])).code).toBe(1);
    // What is built meanwhile is seen, and taken over.
    const next = await buildSystem(host, "next");
    expect((await inside(host, "web", `ls ${next}/init`)).trim()).toBe(`${next}/init`);
    await host.sh("systemctl kill --kill-whom=main --signal=KILL container@web");
    await host.waitForUnit("container@web.service", "active", 20_000);
    await host.stowage(["stop", "web"]);
    await host.switchTo(hostWith({}));
    await host.must(["nix-store", "--gc"]);
    expect((await host.run(["test", "-e", path])).code).toBe(1);
  },
  nixHost,
);

scenario(
  "an ephemeral one of Nix leaves nothing, however it ends; any profile will do",
  async ({ host }) => {
    await prepareNix(host);
    const one = await buildSystem(host, "one");
    await setProfile(host, "/nix/var/nix/profiles/brief", one);
    await host.switchTo(hostWith({ brief: `ephemeral: true, path: "/nix/var/nix/profiles/brief", ${network(2)}` }));
    // Started once before the first look: machined runs from then on.
    await host.stowage(["start", "brief"]);
    await host.stowage(["stop", "brief"]);
    await host.waitForUnit("container-net@brief.service", "inactive");
    const before = await snapshot(host);
    for (const end of ["stowage stop brief", "systemctl kill --kill-whom=main --signal=KILL container@brief"]) {
      await host.stowage(["start", "brief"]);
      expect(await current(host, "brief")).toBe(`${one}\n`);
      await inside(host, "brief", "echo x > /root/note");
      expect((await host.run(["test", "-e", "/var/lib/stowage/containers/brief"])).code).toBe(1);
      await host.sh(end);
    }
    await host.waitForUnit("container@brief.service", "active", 20_000);
    expect(await inside(host, "brief", "ls /root")).toBe("");
    const two = await buildSystem(host, "two");
    await setProfile(host, "/nix/var/nix/profiles/brief", two);
    await host.must(["systemctl", "restart", "container@brief"]);
    expect(await current(host, "brief")).toBe(`${two}\n`);
    await host.stowage(["stop", "brief"]);
    await expectAsBefore(host, before);
  },
  nixHost,
);
