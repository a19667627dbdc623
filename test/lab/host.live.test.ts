/** The lab itself: that a lab host is a real machine, and that nothing of it stays. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { must } from "../../lab/exec.ts";
import { LabHost } from "../../lab/host.ts";
import { hostsLock, removeLeftovers } from "../../lab/lives.ts";
import { withLock } from "../../lab/lock.ts";
import { Neighbour } from "../../lab/network.ts";
import { until } from "../../lab/nspawn.ts";
import { checkout, hostsDir } from "../../lab/places.ts";
import { suites } from "../../lab/tree.ts";

/** A zombie is nothing: it waits for whatever is PID 1 of this machine. */
function belongs(pid: string, name: string): boolean {
  try {
    const read = (file: string): string => readFileSync(`/proc/${pid}/${file}`, "utf8");
    return !/^State:\sZ/m.test(read("status")) && (read("cmdline").includes(name) || read("cgroup").includes(name));
  } catch {
    return false;
  }
}

/** Everything on this machine that carries a lab host's name. */
function traces(name: string): string[] {
  const processes = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && belongs(entry, name));
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(name));
  const cgroups = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"].map((root) =>
    join(root, name),
  );
  const paths = [...cgroups, join(hostsDir(), name), `/run/systemd/nspawn/propagate/${name}`].filter((path) =>
    existsSync(path),
  );
  return [...processes.map((pid) => `process ${pid}`), ...mounts, ...paths];
}

describe.each(suites)("a lab host of %s", (suite) => {
  let host: LabHost;
  beforeAll(async () => {
    host = await LabHost.boot({ suite });
  });
  afterAll(() => host?.stop());

  test("runs systemd as PID 1, of its own Debian", async () => {
    expect((await host.must(["cat", "/proc/1/comm"])).trim()).toBe("systemd");
    expect(await host.must(["cat", "/etc/os-release"])).toContain(`VERSION_CODENAME=${suite}`);
    expect((await host.must(["systemctl", "is-system-running"])).trim()).toBe("running");
    expect((await host.must(["hostname"])).trim()).toBe(host.name);
  });

  test("passes arguments, input, environment and exit code as they are", async () => {
    const argv = ["sh", "-c", 'printf "[%s]" "$@"; cat; printf %s "$WORD"; exit 7', "sh", "a b", "", "'\"$HOME\\"];
    expect(await host.run(argv, { input: "in\n", env: { WORD: "w" } })).toEqual({
      code: 7,
      stdout: "[a b][]['\"$HOME\\]in\nw",
      stderr: "",
    });
  });

  test("ends a command and its children when their time is over", async () => {
    await expect(host.run(["sh", "-c", "sleep 7531 & sleep 7531"], { timeout: 200 })).rejects.toThrow(
      "not done after 200 ms",
    );
    expect((await host.run(["pgrep", "-f", "sleep 7531"])).code).toBe(1);
  });

  test("has files put and got", async () => {
    await host.put("/etc/a/b c", "text\n", "0600");
    expect(await host.get("/etc/a/b c")).toBe("text\n");
    expect(await host.must(["stat", "-c", "%a %U", "/etc/a/b c"])).toBe("600 root\n");
  });

  test("has the checkout and node, read-only", async () => {
    expect(JSON.parse(await host.get("/opt/stowage/package.json")).name).toBe("stowage");
    expect(await host.must(["node", "-p", "process.version"])).toBe(`${process.version}\n`);
    expect((await host.run(["touch", "/opt/stowage/dist/x"])).stderr).toContain("Read-only");
  });

  test("keeps state on a file system that takes idmapped mounts", async () => {
    for (const name of ["stowage", "machines", "containers", "docker"]) {
      expect(await host.must(["stat", "-f", "-c", "%T", `/var/lib/${name}`])).not.toContain("overlay");
    }
  });

  test("starts a nested container in a user namespace, its /usr idmapped", async () => {
    // The machine's own /usr as the container's: enough for a systemd of its own.
    await host.sh(`
      root=/var/lib/machines/inner
      mkdir -p $root/usr/lib $root/etc $root/var && touch $root/usr/lib/os-release
      for link in bin sbin lib lib64; do ln -s usr/$link $root/$link; done
      cp -a /usr /var/lib/machines/usr && cp -a /etc/pam.d /etc/passwd /etc/group /etc/dbus-1 $root/etc 2>/dev/null || :
      systemd-id128 new > $root/etc/machine-id`);
    await host.put(
      "/etc/systemd/system/inner.service",
      `[Service]
Type=notify
NotifyAccess=all
Delegate=yes
KillMode=mixed
Environment=SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
ExecStart=systemd-nspawn --quiet --keep-unit --boot --notify-ready=yes --settings=no --machine=inner --directory=/var/lib/machines/inner \\
  --private-users=pick --private-users-ownership=map --bind-ro=/var/lib/machines/usr:/usr:idmap --private-network --resolv-conf=off --timezone=off --link-journal=no
`,
    );
    await host.sh("systemctl daemon-reload && systemctl start inner");
    expect(await host.must(["machinectl", "list", "--no-legend"])).toMatch(/^inner +container +systemd-nspawn/);
    const inside = [
      "systemd-run",
      "--machine=inner",
      "--quiet",
      "--pipe",
      "--wait",
      "cat",
      "/proc/self/uid_map",
      "/proc/1/comm",
    ];
    const map = (await host.must(inside)).split("\n");
    expect(map[0]).toMatch(/^ +0 +[1-9]\d+ +65536$/);
    expect(map[1]).toBe("systemd");
    await host.sh("systemctl stop inner");
  });

  test("is reached from another machine", async () => {
    const neighbour = await Neighbour.of(
      host,
      { interface: "eth0", addresses: ["192.0.2.2/24", "2001:db8::2/64"] },
      { interface: "eth0", addresses: ["192.0.2.1/24", "2001:db8::1/64"] },
    );
    try {
      await neighbour.must(["ping", "-c1", "-W5", "192.0.2.1"]);
      await neighbour.must(["ping", "-c1", "-W5", "2001:db8::1"]);
    } finally {
      neighbour.stop();
    }
  });

  test("is powered off and started again with its disk", async () => {
    await host.put("/etc/kept", "kept\n");
    const bootId = await host.get("/proc/sys/kernel/random/boot_id");
    await host.powerOff();
    await host.start();
    expect(await host.get("/etc/kept")).toBe("kept\n");
    await host.crash();
    await host.start();
    expect(await host.get("/etc/kept")).toBe("kept\n");
    expect(bootId).not.toBe("");
  });
});

test("two hosts at once do not share anything; stopped ones leave nothing", async () => {
  const before = readFileSync("/proc/sys/fs/inotify/max_user_instances", "utf8");
  const hosts = await Promise.all(suites.map((suite) => LabHost.boot({ suite })));
  const names = hosts.map((host) => host.name);
  try {
    expect(names.map((name) => traces(name).length > 0)).toEqual([true, true]);
    await hosts[0]?.put("/var/lib/stowage/mine", "");
    expect((await hosts[1]?.run(["ls", "/var/lib/stowage/mine"]))?.code).not.toBe(0);
  } finally {
    await Promise.all(hosts.map((host) => host.stop()));
  }
  expect(names.flatMap(traces)).toEqual([]);
  expect(readFileSync("/proc/sys/fs/inotify/max_user_instances", "utf8")).toBe(before);
});

test("a kept host is found, entered and ended by another process; one of a test is not", async () => {
  const script = `const { load } = await import(process.argv[1]);
    const { LabHost } = await load("lab/host.ts");
    console.log((await LabHost.boot({ suite: "bookworm", keep: true })).name);`;
  const load = join(checkout(), "tools/load.mjs");
  const name = (await must([process.execPath, "--input-type=module", "-e", script, load])).trim();
  try {
    const kept = LabHost.attach(name);
    expect(await kept.must(["hostname"])).toBe(`${name}\n`);
    const ours = await LabHost.boot({ suite: "bookworm" });
    expect(() => LabHost.attach(ours.name)).toThrow("there is no lab host");
    expect(LabHost.kept()).toContain(name);
    expect(LabHost.kept()).not.toContain(ours.name);
    // The sweep at the end of another host leaves a kept one alone.
    await ours.stop();
    expect(await kept.must(["systemctl", "is-system-running"])).toBe("running\n");
  } finally {
    await LabHost.attach(name).stop();
  }
  expect(traces(name)).toEqual([]);
});

/** A process of its own that boots a host, says its name, and then does not end by itself. */
async function bootElsewhere(): Promise<{ name: string; kill(signal: NodeJS.Signals): Promise<void> }> {
  const script = `const { load } = await import(process.argv[1]);
    const { LabHost } = await load("lab/host.ts");
    const host = await LabHost.boot({ suite: "bookworm" });
    console.log(host.name);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, join(checkout(), "tools/load.mjs")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (piece) => {
    said += piece;
  });
  const name = await until("host of another process", 60_000, async () =>
    said.includes("\n") ? said.trim() : undefined,
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    name,
    kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

test("a host that is being removed is nobody's leftover", async () => {
  const host = await LabHost.boot({ suite: suites[0] });
  // Enough for it to take some time.
  await host.must(["sh", "-c", "cd /root && seq 20000 | xargs touch"]);
  let isGone = false;
  const looking = (async () => {
    while (!isGone) {
      await withLock(hostsLock(), removeLeftovers);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await host.stop().finally(() => {
    isGone = true;
  });
  await looking;
  expect(traces(host.name)).toEqual([]);
});

test.each(["SIGINT", "SIGTERM"] as const)("a host does not outlive a process that gets %s", async (signal) => {
  const { name, kill } = await bootElsewhere();
  expect(traces(name)).not.toEqual([]);
  await kill(signal);
  expect(traces(name)).toEqual([]);
});

test("a host of a killed process dies with it, and the next boot removes what is left", async () => {
  const { name, kill } = await bootElsewhere();
  await kill("SIGKILL");
  await until("its processes to end", 5_000, async () =>
    traces(name).some((trace) => trace.startsWith("process")) ? undefined : true,
  );
  expect(existsSync(join(hostsDir(), name))).toBe(true);
  await (await LabHost.boot({ suite: "bookworm" })).stop();
  expect(traces(name)).toEqual([]);
});
