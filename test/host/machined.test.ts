import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lifeOf, recordedLeader } from "../../src/host/machined.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "machines-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const leader = (record: string, cgroup: string): number | null | undefined => {
  const [machines, proc] = [join(directory, "machines"), join(directory, "proc")];
  for (const one of [machines, join(proc, "133")]) mkdirSync(one, { recursive: true });
  writeFileSync(join(machines, "web"), record);
  writeFileSync(join(proc, "133", "cgroup"), cgroup);
  return recordedLeader("web", machines, proc);
};

const record = "NAME=web\nSCOPE=container@web.service\nCLASS=container\nLEADER=133\n";

test("the leader is the process that is in the machine's own cgroup", () => {
  expect(leader(record, "9:name=systemd:/\n0::/machine.slice/container@web.service/payload/init.scope\n")).toBe(133);
  expect(leader(record.replace("SCOPE", "UNIT"), "0::/machine.slice/container@web.service/payload\n")).toBe(133);
});

test("a number that is another process's by now is nobody's", () => {
  for (const other of ["0::/system.slice/sshd.service\n", "0::/machine.slice/container@web.service.d/x\n", ""])
    expect(leader(record, other)).toBeNull();
});

test("no file: no machine; a file of another form, or no such directory: machinectl is asked", () => {
  expect(leader("NAME=web\n", "")).toBeUndefined();
  expect(recordedLeader("other", join(directory, "machines"))).toBeNull();
  expect(recordedLeader("web", join(directory, "nowhere"))).toBeUndefined();
});

test("a life is one process's: another number, or none, is another life", () => {
  expect(lifeOf(process.pid).isAlive()).toBe(true);
  expect(lifeOf(2 ** 22 + 1).isAlive()).toBe(false);
});

test("its cgroups are where every other process's are looked for: beside those of version 1, too", () => {
  const beside = join(directory, "unified");
  mkdirSync(beside);
  writeFileSync(join(beside, "cgroup.procs"), "");
  expect(lifeOf(process.pid, [directory, beside]).cgroups).toContain(beside);
  expect(lifeOf(process.pid, [directory]).cgroups).toBeNull();
});
