/** `boot` changes the next boot and nothing now; `test` changes the machine now and nothing at the next boot. */
import { expect } from "vitest";
import { hostWith, serving } from "../configurations.ts";
import { httpGet, type Machine, scenario } from "../harness.ts";

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
