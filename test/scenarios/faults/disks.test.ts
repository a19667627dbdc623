/** Disks that are really full, or really read-only: said in words, nothing changed, and all well once there is space. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { type Machine, scenario } from "../harness.ts";

const tree = "/var/lib/machines/tiny";
const state = "/var/lib/stowage";
const running = `path: "${tree}", autoStart: true,`;
const before = hostWith({ lasting: running, other: `path: "${tree}",` });
const after = hostWith({
  lasting: running,
  other: `path: "${tree}", privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",`,
  second: running,
});

const invocation = (host: Machine) => host.property("container@lasting.service", "InvocationID");
const current = (host: Machine) => host.must(["readlink", `${state}/generations/current`]);
const units = (host: Machine) => host.sh("cd /etc/systemd/system && cat *.service && ls");

/** Refused or cut short, with words and the right exit code, and nothing on the machine is another than it was. */
async function expectRefused(host: Machine, verb: readonly string[], code: string): Promise<void> {
  const was = [await invocation(host), await current(host), await units(host)];
  const { code: exit, stderr } = await host.tryStowage(verb);
  expect(exit, stderr).toBe(1);
  expect(stderr).toContain(`error[${code}]: `);
  expect(stderr).not.toMatch(/error\[bug\]|\n {2,}at /);
  expect([await invocation(host), await current(host), await units(host)]).toEqual(was);
}

/** Until nothing more fits but so many pages. */
const fill = (host: Machine, pages: number) =>
  host.sh(
    `cd ${state} && head -c ${pages * 4096} /dev/zero > spare && { cat /dev/zero > full 2>/dev/null || :; } && rm spare`,
  );
const empty = (host: Machine) => host.must(["rm", "-f", `${state}/full`]);

async function expectDone(host: Machine, text: string): Promise<void> {
  await host.put("/etc/stowage/host.ts", text);
  await host.stowage(["switch"]);
  expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });
  expect(await host.sh(`find /etc ${state} -name '*.stowage-*' -o -name '*.new*' -o -name switch.json`)).toBe("");
}

scenario(
  "a disk that is full, or read-only",
  async ({ host }) => {
    await host.put("/root/tree.sh", readFileSync(join(import.meta.dirname, "program/tree.sh"), "utf8"));
    await host.must(["sh", "/root/tree.sh", tree]);
    await host.must(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", state]);
    await expectDone(host, before);
    await expectDone(host, after);
    const began = await invocation(host);

    // Full from the first page on, or from a later one.
    let refused = 0;
    for (const pages of [0, 1, 2, 4, 8]) {
      await host.put("/etc/stowage/host.ts", before);
      await fill(host, pages);
      const said = await host.tryStowage(["switch"]);
      expect([0, 1, 4], said.stderr).toContain(said.code);
      if (said.code === 0) expect((await host.tryStowage(["plan"])).code).toBe(0);
      else expect(said.stderr).toMatch(/^(?:error\[disk-full\]:| ) \S+ cannot be written: no space is left/m);
      expect(said.stderr).not.toContain("error[bug]");
      if (said.code !== 0) refused += 1;
      await empty(host);
      await expectDone(host, before);
      await expectDone(host, after);
    }
    expect(refused).toBeGreaterThan(1);
    await fill(host, 0);
    await host.put("/etc/stowage/host.ts", before);
    await expectRefused(host, ["switch"], "disk-full");
    await expectRefused(host, ["rollback"], "disk-full");

    // What gc removes makes room for the next switch.
    await empty(host);
    await host.sh(
      `mkdir -p ${state}/store/${"0".repeat(32)}-garbage && cd ${state}/store/0* && head -c 200000 /dev/zero > file`,
    );
    await fill(host, 0);
    expect(await host.stowage(["gc"])).toContain("are free again");
    await expectDone(host, before);
    await empty(host);
    await expectDone(host, after);

    await host.put("/etc/stowage/host.ts", before);
    await host.must(["mount", "-o", "remount,bind,ro", state]);
    for (const verb of ["switch", "rollback"]) await expectRefused(host, [verb], "read-only");
    await host.must(["mount", "-o", "remount,bind,rw", state]);
    await expectDone(host, before);

    // Of units: the generation is not made current, and the next switch finishes.
    await host.put("/etc/stowage/host.ts", after);
    const directory = "/etc/systemd/system";
    await host.sh(`mount --bind ${directory} ${directory} && mount -o remount,ro,bind ${directory}`);
    const was = await current(host);
    const { code, stderr } = await host.tryStowage(["switch"]);
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(/failed: write .*\n {2}\S+ cannot be written: the file system is read-only\n/);
    expect(await current(host)).toBe(was);
    await host.must(["umount", directory]);
    await expectDone(host, after);
    expect(await invocation(host)).toBe(began);
  },
  { on: "trixie", timeout: 300_000 },
);
