import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { groupPath, processesIn, usageOf } from "../../src/host/cgroups.ts";
import { readContained } from "../../src/host/contained.ts";
import { parsePublishedPorts } from "../../src/host/engine-ports.ts";
import {
  childrenOf,
  initBelow,
  innerId,
  parseProcess,
  readProc,
  readProcess,
  startOf,
  startOfActive,
} from "../../src/host/processes.ts";
import { listenersOf, parseListeners, parseTraffic, trafficOf } from "../../src/host/sockets.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/stowage-host-`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("a process", () => {
  const stat = `42 (a) S) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 7 8 20 0 1 0 12345 1000 200 184467 1 1 0 0`;
  const status = "Name:\tx\nUid:\t100000\t100033\t100000\t100000\nVmRSS:\t    2048 kB\nNSpid:\t42\t7\n";

  test("its fields, whatever its name is", () => {
    expect(parseProcess(42, stat, status, "sleep\0a b\0\0", 1_000_000)).toEqual({
      pid: 42,
      pids: [42, 7],
      uid: 100_033,
      rss: 2048 * 1024,
      cpu: 2000,
      since: 1_000_000 + 123_450,
      command: "sleep a b",
    });
    expect(parseProcess(42, stat, "", "", 0)).toMatchObject({ pids: [42], rss: 0, command: "[a) S) b (c]" });
  });

  test("of this machine: we began a short time ago", () => {
    const own = readProcess(process.pid);
    expect(own).toMatchObject({ pid: process.pid, uid: process.geteuid?.() });
    expect(own?.command).toContain("node");
    expect(Math.abs((own?.since ?? 0) - (Date.now() - process.uptime() * 1000))).toBeLessThan(2000);
    expect(readProcess(2 ** 22 + 1)).toBeNull();
  });

  test("what a supervisor has started", async () => {
    const child = spawn("sleep", ["60"]);
    try {
      const shell = spawn("sh", ["-c", "sleep 60 & wait"], { detached: true });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(readProcess(initBelow(shell.pid ?? 0) ?? 0)?.command).toBe("sleep 60");
      process.kill(-(shell.pid ?? 0));
    } finally {
      child.kill();
    }
    expect(initBelow(0)).toBeNull();
  });

  test("when it began, which a dead one's rest has no more", async () => {
    expect(startOf(process.pid)).toMatch(/^\d+$/);
    expect(startOfActive(process.pid)).toBe(startOf(process.pid));
    expect(startOf(2 ** 22 + 1)).toBeNull();
    const parent = spawn("sh", ["-c", "true & exec sleep 60"]);
    try {
      const rest = await vi.waitFor(() => {
        const [child = 0] = childrenOf(parent.pid ?? 0);
        expect(readProc(`${child}/stat`)).toContain(") Z ");
        return child;
      }, 10_000);
      expect([startOf(rest), startOfActive(rest)]).toEqual([null, null]);
    } finally {
      parent.kill();
    }
  });
});

test("users as a namespace numbers them", () => {
  const map = "         0     100000      65536\n     70000       1000          1\n";
  expect([100_000, 100_033, 165_535, 165_536, 1000, 0].map((id) => innerId(map, id))).toEqual([
    ...[0, 33, 65_535, null, 70_000, null],
  ]);
});

describe("a control group", () => {
  test("of a system container: its part, not systemd-nspawn's", () => {
    const unit = "container@web.service";
    expect(groupPath(`/system.slice/${unit}/payload/init.scope`, unit)).toBe(`/system.slice/${unit}/payload`);
    expect(groupPath(`/a.slice/${unit}/init.scope`, unit)).toBe(`/a.slice/${unit}`);
    expect(groupPath("/elsewhere/init.scope", unit)).toBe("/elsewhere");
  });
  test("of an OCI container", () => {
    const split = "/system.slice/podman-a.service/libpod-payload-1f";
    expect(groupPath(split)).toBe(split);
    expect(groupPath("/system.slice/docker-1f.scope/init.scope")).toBe("/system.slice/docker-1f.scope");
  });

  const put = (path: string, text: string) => writeFileSync(`${directory}/${path}`, text);

  test("all processes in it and below", () => {
    put("cgroup.procs", "1\n2\n");
    mkdirSync(`${directory}/a/b`, { recursive: true });
    put("a/cgroup.procs", "");
    put("a/b/cgroup.procs", "30\n");
    expect(processesIn(directory)).toEqual([1, 2, 30]);
    expect(processesIn(`${directory}/gone`)).toEqual([]);
  });

  test("what it uses: null for what no controller counts", () => {
    put("cpu.stat", "usage_usec 1500000\nuser_usec 1000000\n");
    const none = { memory: null, memoryLimit: null, read: null, written: null };
    expect(usageOf(directory)).toEqual({ cpu: 1_500_000, ...none });
    expect(usageOf(`${directory}/gone`)).toEqual({ cpu: null, ...none });
    put("memory.current", "5000\n");
    put("memory.stat", "anon 100\ninactive_file 2000\n");
    put("memory.max", "max\n");
    put("io.stat", "8:0 rbytes=10 wbytes=20 rios=1 wios=2\n8:16 rbytes=1 wbytes=2\n");
    expect(usageOf(directory)).toEqual({ cpu: 1_500_000, memory: 3000, memoryLimit: null, read: 11, written: 22 });
    put("memory.max", "1048576\n");
    put("io.stat", "");
    expect(usageOf(directory)).toMatchObject({ memoryLimit: 1_048_576, read: 0, written: 0 });
  });
});

describe("the network of a process", () => {
  test("who listens: TCP by its state, UDP without another side", () => {
    const tcp =
      "  sl  local_address rem_address   st\n   0: 0100007F:1F90 00000000:0000 0A 0\n   1: 0100007F:0050 0100007F:9999 01 0\n";
    expect(parseListeners("tcp", tcp)).toEqual([{ protocol: "tcp", port: 8080 }]);
    const udp6 = " sl x\n 5: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 07 0\n";
    expect(parseListeners("udp", udp6)).toEqual([{ protocol: "udp", port: 53 }]);
    expect(listenersOf(process.pid)).not.toBeNull();
    expect(listenersOf(2 ** 22 + 1)).toBeNull();
  });

  test("bytes, without those to itself", () => {
    const text =
      "Inter-|   Receive\n face |bytes packets\n    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n  eth0:100 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0\nhost0: 1 1 0 0 0 0 0 0 2 1 0 0 0 0 0 0\n";
    expect(parseTraffic(text)).toEqual({ received: 101, sent: 202 });
  });

  test("our own network is nobody else's", () => expect(trafficOf(process.pid)).toBeNull());
});

test("ports as engines print them", () => {
  expect(
    parsePublishedPorts("80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n53/udp -> 127.0.0.1:53\nError: x\n"),
  ).toEqual([
    { containerPort: 80, protocol: "tcp", address: "0.0.0.0", hostPort: 8080 },
    { containerPort: 80, protocol: "tcp", address: "::", hostPort: 8080 },
    { containerPort: 53, protocol: "udp", address: "127.0.0.1", hostPort: 53 },
  ]);
});

describe("a file that a container may have made", () => {
  const read = () => readContained(directory, ["etc", "ssh", "key.pub"], 100);
  beforeEach(() => mkdirSync(`${directory}/etc/ssh`, { recursive: true }));

  test("is read", () => {
    writeFileSync(`${directory}/etc/ssh/key.pub`, "ssh-ed25519 AAAA\n");
    expect(read()).toBe("ssh-ed25519 AAAA\n");
    expect(readContained("/proc/self/root", [...directory.split("/").slice(1), "etc", "ssh", "key.pub"], 100)).toBe(
      "ssh-ed25519 AAAA\n",
    );
  });

  test("not where it is not, or is too long", () => {
    expect(read()).toBeNull();
    writeFileSync(`${directory}/etc/ssh/key.pub`, "x".repeat(101));
    expect(read()).toBeNull();
    expect(readContained(`${directory}/nowhere`, ["a"], 100)).toBeNull();
  });

  test("not through links, of the file or of a directory, and nothing waits for a pipe", () => {
    writeFileSync(`${directory}/secret`, "of the host's");
    symlinkSync(`${directory}/secret`, `${directory}/etc/ssh/key.pub`);
    expect(read()).toBeNull();
    rmSync(`${directory}/etc/ssh`, { recursive: true });
    mkdirSync(`${directory}/other`);
    writeFileSync(`${directory}/other/key.pub`, "of the host's");
    symlinkSync(`${directory}/other`, `${directory}/etc/ssh`);
    expect(read()).toBeNull();
    rmSync(`${directory}/etc/ssh`);
    mkdirSync(`${directory}/etc/ssh`);
    execFileSync("mkfifo", [`${directory}/etc/ssh/key.pub`]);
    expect(read()).toBeNull();
    rmSync(`${directory}/etc/ssh/key.pub`);
    mkdirSync(`${directory}/etc/ssh/key.pub`);
    expect(read()).toBeNull();
  });
});
