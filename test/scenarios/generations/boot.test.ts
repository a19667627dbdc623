/** `boot` changes the next boot and nothing now; `test` changes the machine now and nothing at the next boot. */
import { expect } from "vitest";
import { hostWith, serving } from "../configurations.ts";
import { expectAsBefore, httpGet, type Machine, scenario, snapshot } from "../harness.ts";

const empty = "\n      autoStart: true,\n      privateNetwork: true,\n      config: {},";

/** `web` with a page, at an address that ends in `last`; `steady` as it is; and further ones. */
const host = (page: string, last: number, further: Readonly<Record<string, string>>): string =>
  hostWith({
    web: `
      autoStart: true,
      privateNetwork: true,
      hostAddress: "10.233.1.1", localAddress: "10.233.1.${last}",
      config: ${serving(page)},`,
    steady: empty,
    ...further,
  });

const one = host("one\n", 2, { gone: empty });
const two = host("two\n", 3, { fresh: empty });
const three = host("three\n", 4, { tried: empty });

const runs = async (machine: Machine): Promise<string[]> => {
  const units = await machine.must([
    "systemctl",
    "list-units",
    "--plain",
    "--no-legend",
    "--state=active",
    "container@*",
  ]);
  return units.split("\n").flatMap((line) => /^container@(.+)\.service/.exec(line)?.[1] ?? []);
};
const page = async (machine: Machine, last: number) => (await httpGet(machine, `http://10.233.1.${last}/`)).body;
const invocations = (machine: Machine) =>
  Promise.all(["web", "steady", "gone"].map((name) => machine.property(`container@${name}.service`, "InvocationID")));
const generations = async (machine: Machine) =>
  JSON.parse(await machine.stowage(["generations", "--json"])) as { number: number; current: boolean }[];
const links = (machine: Machine) =>
  machine.sh("cd /var/lib/stowage/generations; for l in current active; do readlink $l || echo -; done");
const unitFiles = (machine: Machine) =>
  machine.sh("cd /etc/systemd/system; ls -d stowage-boot.service */stowage-boot.service 2>/dev/null || true");

scenario(
  "boot: nothing now, all of it after a reboot; test: all of it now, nothing after a crash",
  async ({ host: machine }) => {
    await machine.switchTo(one);
    expect(await runs(machine)).toEqual(["gone", "steady", "web"]);
    const before = await invocations(machine);

    await machine.configure(two);
    expect(await machine.stowage(["boot"])).toBe(
      "generation 2 is what the next boot has; until then the machine keeps generation 1\n",
    );
    expect(await links(machine)).toBe("2\n1\n");
    expect(await machine.stowage(["boot"])).toBe("");
    // A cycle would not show each time: systemd takes some job of it out, and mostly another one.
    const verified = await machine.run(["systemd-analyze", "verify", "--man=no", "multi-user.target"]);
    expect(verified.stderr).not.toContain("cycle");
    // Even by hand, and with units read anew.
    await machine.must(["systemctl", "daemon-reload"]);
    await machine.must(["systemctl", "start", "stowage-boot.service"]);
    expect(await links(machine)).toBe("2\n1\n");
    expect(await invocations(machine)).toEqual(before);
    await machine.must(["systemctl", "restart", "container@web.service"]);
    expect(await page(machine, 2)).toBe("one\n");
    expect(await runs(machine)).toEqual(["gone", "steady", "web"]);

    await machine.lab.powerOff();
    await machine.lab.start();
    expect(await runs(machine)).toEqual(["fresh", "steady", "web"]);
    expect(await page(machine, 3)).toBe("two\n");
    expect(await links(machine)).toBe("2\n-\n");
    expect(await unitFiles(machine)).toBe("");
    expect(await machine.tryStowage(["switch"])).toEqual({ code: 0, stdout: "", stderr: "" });

    await machine.configure(three);
    const steady = await machine.property("container@steady.service", "InvocationID");
    expect(await machine.stowage(["test"])).toContain("generation 3 is active until the next boot; done");
    expect(await runs(machine)).toEqual(["steady", "tried", "web"]);
    expect(await page(machine, 4)).toBe("three\n");
    expect(await machine.property("container@steady.service", "InvocationID")).toBe(steady);
    expect(await links(machine)).toBe("2\n3\n");
    expect(await machine.stowage(["list"])).toContain("tried");

    await machine.lab.crash();
    await machine.lab.start();
    expect(await runs(machine)).toEqual(["fresh", "steady", "web"]);
    expect(await page(machine, 3)).toBe("two\n");
    expect(await links(machine)).toBe("2\n-\n");
    expect(await unitFiles(machine)).toBe("");
    expect((await generations(machine)).filter(({ current }) => current).map(({ number }) => number)).toEqual([2]);
    await machine.configure(two);
    expect(await machine.tryStowage(["switch"])).toEqual({ code: 0, stdout: "", stderr: "" });
  },
);

/** As at a boot, of which nothing but the id counts. */
const atBoot = (machine: Machine) => machine.tryStowage(["at-boot", "00000000-0000-4000-8000-000000000000"]);

scenario(
  "what ends a test and a boot, and a boot that fails",
  async ({ host: machine }) => {
    const one = hostWith({ web: empty });
    const two = hostWith({ web: empty, fresh: empty });
    await machine.configure(one);
    await machine.must(["chmod", "0700", "/var/lib/stowage"]);
    const before = await snapshot(machine);
    // On a machine that was never switched the next boot has nothing, and that is what is gone back to.
    expect(await machine.stowage(["test"])).toContain("generation 2 is active until the next boot; done");
    expect(await links(machine)).toBe("1\n2\n");
    expect(await machine.stowage(["gc"])).not.toContain("generation");
    expect(await runs(machine)).toEqual(["web"]);
    expect(await machine.stowage(["rollback"])).toContain("generation 1 is current; done");
    expect(await links(machine)).toBe("1\n-\n");
    expect([await runs(machine), await unitFiles(machine)]).toEqual([[], ""]);

    await machine.stowage(["switch"]);
    await machine.configure(two);
    await machine.stowage(["boot"]);
    const pointers = await links(machine);
    const web = await machine.property("container@web.service", "InvocationID");

    // In the way: nothing is touched. A write that fails: what was written is taken back. What runs is no matter.
    await machine.put("/etc/systemd/system/container@fresh.service", "[Unit]\n");
    const blocked = await atBoot(machine);
    expect([blocked.code, await links(machine)]).toEqual([1, pointers]);
    expect(blocked.stderr).toContain("container@fresh.service exists and is not ours");
    await machine.must(["rm", "/etc/systemd/system/container@fresh.service"]);
    const wants = "/etc/systemd/system/machines.target.wants";
    await machine.must(["mount", "--bind", "-o", "ro", wants, wants]);
    const failed = await atBoot(machine);
    expect([failed.code, await links(machine)]).toEqual([4, pointers]);
    expect(failed.stderr).toContain("going back to generation");
    expect(await machine.sh("ls /etc/systemd/system /etc/stowage/*")).not.toContain("fresh");
    await machine.must(["umount", wants]);
    const warned = await machine.tryStowage(["plan"]);
    expect([warned.code, warned.stderr]).toEqual([2, ""]);
    expect((await atBoot(machine)).code).toBe(0);
    await machine.waitForUnit("container@fresh.service", "active", 60_000);
    expect(await machine.property("container@web.service", "InvocationID")).toBe(web);
    expect(await unitFiles(machine)).toBe("");

    await machine.configure(one);
    await machine.stowage(["boot"]);
    await machine.stowage(["uninstall", "--state"]);
    await expectAsBefore(machine, before);
  },
  { on: "trixie" },
);
