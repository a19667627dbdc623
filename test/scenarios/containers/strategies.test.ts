/** T3, T107, T108, T126, and T13 with packages: what one switch does to containers that differ in what they allow. */
import { expect } from "vitest";
import { hostWith, serving } from "../configurations.ts";
import { httpGet, type Machine, scenario } from "../harness.ts";

const wanted = 'wantedBy: ["multi-user.target"]';
const noting = (note: string) => `
      config: { environment: { etc: { note: { text: "${note}\\n" } } }, systemd: { services: {
        steady: { ${wanted}, serviceConfig: { ExecStart: "/usr/bin/sleep infinity" } } } } },`;
const link = (n: number, local = 2) => `
      autoStart: true, privateNetwork: true, hostAddress: "10.233.${n}.1", localAddress: "10.233.${n}.${local}",`;
const bind = `
      bindMounts: { "/mnt/data": { hostPath: "/var/lib/machines/data" } },`;
const older = 'config: { system: { source: { suite: "bookworm" } }, ';

/** Same leader, same boot, same service: it was not touched. */
async function identity(host: Machine, name: string): Promise<readonly string[]> {
  const inside = async (...argv: string[]) => (await host.inside(name, argv)).trim();
  return [
    await host.property(`container@${name}.service`, "InvocationID"),
    await inside("cat", "/proc/sys/kernel/random/boot_id"),
    await inside("systemctl", "show", "--property=MainPID,InvocationID", "steady.service"),
  ];
}

const note = (host: Machine, name: string) => host.inside(name, ["cat", "/etc/note"]);
const hasData = async (host: Machine, name: string): Promise<boolean> =>
  (await host.run(["stowage", "run", name, "--", "test", "-e", "/mnt/data/here"])).code === 0;

scenario(
  "onChange decides, a stopped one stays so, outer settings restart, packages are named",
  async ({ host }) => {
    await host.sh("mkdir /var/lib/machines/data && touch /var/lib/machines/data/here");
    const all = (text: string, more: { kept?: string; outer?: string } = {}) => ({
      auto: `${link(1)}${more.outer ?? ""}${noting(text)}`,
      reloading: `${link(2)} onChange: "reload",${more.kept ?? ""}${noting(text)}`,
      // T3: its suite is its own.
      restarting: `${link(3)} onChange: "restart",${more.kept ?? ""}${noting(text).replace("config: { ", older)}`,
      keeping: `${link(4)} onChange: "none",${noting(text)}`,
      down: `${link(5)}${noting(text)}`,
    });
    await host.switchTo(hostWith({ ...all("1"), gone: `${link(6)}${noting("1")}` }));
    const names = ["auto", "reloading", "restarting", "keeping"];
    const before = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await identity(host, name)])));
    await host.stowage(["stop", "down"]);
    const release = async (name: string) =>
      /^VERSION_CODENAME=(.*)$/m.exec(await host.inside(name, ["cat", "/etc/os-release"]))?.[1];
    expect([await release("restarting"), await release("auto")]).toEqual(["bookworm", "trixie"]);

    // T107
    await host.configure(hostWith(all("2", { kept: bind })));
    const plan = (await host.tryStowage(["plan"])).stdout;
    expect(plan).toMatch(/reload +container@auto\.service {2}\(what it declares changed\)/);
    expect(plan).toMatch(/reload +container@reloading\.service {2}\(what it declares changed\)/);
    expect(plan).toMatch(/stop +container@restarting\.service/);
    expect(plan).toMatch(/stop +container@gone\.service/);
    expect(plan).toMatch(/container@keeping\.service: onChange is "none"/);
    expect(plan).not.toMatch(/(start|restart|reload|stop) +container@(keeping|down)\.service/);
    await host.stowage(["switch"]);
    for (const name of ["auto", "reloading"]) {
      expect(await note(host, name)).toBe("2\n");
      expect(await identity(host, name)).toEqual(before[name]);
    }
    expect(await note(host, "restarting")).toBe("2\n");
    const restarted = await identity(host, "restarting");
    for (const at of [0, 1]) expect(restarted[at]).not.toBe(before.restarting?.[at]);
    expect([await hasData(host, "restarting"), await hasData(host, "reloading")]).toEqual([true, false]);
    expect(await identity(host, "keeping")).toEqual(before.keeping);
    for (const name of ["down", "gone"])
      expect(await host.property(`container@${name}.service`, "ActiveState")).toBe("inactive");
    expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });

    // T108: outer settings; addresses; one that is new; the operator's one is what is declared, once it is started.
    const moved = { ...all("2", { kept: bind, outer: bind }), keeping: `${link(4)}${noting("2")}` };
    const next = {
      ...moved,
      restarting: moved.restarting.replace("10.233.3.2", "10.233.3.9"),
      fresh: `${link(7)}${noting("2")}`,
    };
    const outer = await host.switchTo(hostWith(next));
    expect(outer).toMatch(/restart +container@auto\.service/);
    expect((await identity(host, "auto"))[1]).not.toBe(before.auto?.[1]);
    expect(await hasData(host, "auto")).toBe(true);
    for (const address of ["10.233.7.2", "10.233.3.9", "10.233.1.2"]) await host.must(["ping", "-c1", "-W2", address]);
    await host.stowage(["start", "down"]);
    expect(await note(host, "down")).toBe("2\n");

    // T13, T126: other packages are a restart, which the plan says, and why; another page is none.
    const only = (page: string) => hostWith({ auto: `${link(1)}\n      config: ${serving(page)},`, down: next.down });
    const others = await identity(host, "down");
    await host.configure(only("one\n"));
    expect((await host.tryStowage(["plan"])).stdout).toMatch(
      /stop +container@auto\.service {2}\(its packages changed: \+nginx-light \S+, /,
    );
    await host.stowage(["switch"]);
    expect((await httpGet(host, "http://10.233.1.2/")).body).toBe("one\n");
    const leader = await host.property("container@auto.service", "InvocationID");
    await host.switchTo(only("two\n"));
    expect((await httpGet(host, "http://10.233.1.2/")).body).toBe("two\n");
    expect(await host.property("container@auto.service", "InvocationID")).toBe(leader);
    // T3: what one has, another has not.
    expect((await host.run(["stowage", "run", "down", "--", "test", "-e", "/usr/sbin/nginx"])).code).toBe(1);
    expect(await identity(host, "down")).toEqual(others);
  },
  { on: "bookworm", timeout: 300_000 },
);
