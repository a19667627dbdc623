/** A take-over that does not come to its end leaves the container running, is told, and is tried again. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, scenario } from "../harness.ts";

const oneshot = (script: string) =>
  `{ wantedBy: ["multi-user.target"], serviceConfig: { Type: "oneshot", RemainAfterExit: true }, script: ${JSON.stringify(script)} }`;
const up = (n: number) => `
      autoStart: true, privateNetwork: true, hostAddress: "10.233.${n}.1", localAddress: "10.233.${n}.2",
      timeoutStartSec: "15s",`;
const config = (note: string, service = "", etc = "") => `
      config: { environment: { etc: { note: { text: "${note}\\n" }, ${etc} } }, systemd: { services: {
        steady: { wantedBy: ["multi-user.target"], serviceConfig: { ExecStart: "/usr/bin/sleep infinity" } },
        ${service}
      } } },`;

const before = hostWith({ slow: up(1) + config("1"), refusing: up(2) + config("1"), dying: up(3) + config("1") });
const after = hostWith({
  slow: up(1) + config("2", `waits: ${oneshot("echo waiting for go; until test -e /var/tmp/go; do sleep 0.2; done")}`),
  refusing: up(2) + config("2", `bad: ${oneshot("test -e /var/tmp/go || { echo no go; exit 7; }")}`, "more: {}"),
  // Its supervisor is killed meanwhile; a second start goes well.
  dying: up(3) + config("2", `hangs: ${oneshot("test -e /var/tmp/once || { touch /var/tmp/once; sleep infinity; }")}`),
});

async function identity(host: Machine, name: string): Promise<readonly string[]> {
  const steady = ["systemctl", "show", "--property=MainPID,InvocationID", "steady.service"];
  return [await host.property(`container@${name}.service`, "InvocationID"), await host.inside(name, steady)];
}
const note = (host: Machine, name: string) => host.inside(name, ["cat", "/etc/note"]);

scenario(
  "a program that refuses, a service that takes too long, a container that dies meanwhile",
  async ({ host }) => {
    await host.switchTo(before);
    const found = { slow: await identity(host, "slow"), refusing: await identity(host, "refusing") };
    await host.inside("refusing", ["sh", "-c", "mount --bind /etc /etc && mount -o remount,bind,ro /etc"]);
    await host.configure(after);
    const once = "/var/lib/stowage/containers/dying/root/var/tmp/once";
    const [failed] = await Promise.all([
      host.tryStowage(["switch"]),
      eventually(async () => {
        await host.must(["test", "-e", once]);
        await host.must(["systemctl", "kill", "--signal=KILL", "--kill-whom=main", "container@dying.service"]);
      }, 60_000),
    ]);
    expect(failed.code, failed.stderr).toBe(4);
    expect(failed.stderr).toMatch(
      /inside slow: waits\.service is still starting \(start\)\n( +\|.*\n)* +\| waiting for go/,
    );
    expect(failed.stderr).toMatch(
      /container refusing could not take over what is declared\n( +\|.*\n)* +\|.*Read-only file system/,
    );
    expect(failed.stderr).toContain("container@dying.service");
    for (const name of ["slow", "refusing"] as const) expect(await identity(host, name)).toEqual(found[name]);

    // Again: what is under way is not begun twice, what refused is tried, and now a service of it fails.
    await host.inside("refusing", ["umount", "/etc"]);
    const again = await host.tryStowage(["switch"]);
    expect(again.code, again.stderr).toBe(4);
    expect(again.stderr).toContain("inside slow: waits.service is still starting");
    expect(again.stderr).toMatch(/inside refusing: bad\.service failed: exit status 7\n( +\|.*\n)* +\|.*no go/);
    for (const name of ["slow", "refusing"] as const) expect(await identity(host, name)).toEqual(found[name]);
    await eventually(async () => expect(await note(host, "dying")).toBe("2\n"), 30_000);

    for (const name of ["slow", "refusing"]) await host.inside(name, ["touch", "/var/tmp/go"]);
    await eventually(async () => expect((await host.tryStowage(["switch"])).code).toBe(0), 30_000);
    for (const name of ["slow", "refusing", "dying"]) expect(await note(host, name)).toBe("2\n");
    for (const name of ["slow", "refusing"] as const) expect(await identity(host, name)).toEqual(found[name]);
    expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });
  },
  { on: "bookworm", timeout: 240_000 },
);
