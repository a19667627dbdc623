import { describe, expect, test } from "vitest";
import { type Firewall, type Forward, firewallOff, parseAddress } from "../../src/network/index.ts";
import { containerParts, type SystemContainer, sharedParts } from "../../src/runtimes/nspawn/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { compare, linesOf, parseExec, render, type Unit } from "../../src/units/index.ts";
import { ephemeral, isolated, trusted, v4, v6, withLink } from "./containers.ts";

const parts = (container: SystemContainer) => containerParts(defaultLayout, container);
const unitOf = (container: SystemContainer, name = "container@web.service"): Unit =>
  parts(container).units.find((unit) => unit.name === name) ?? expect.fail(name);
const lines = (unit: Unit, section: string, key: string): readonly string[] => {
  const value = unit.sections[section]?.[key];
  return value === undefined ? [] : linesOf(value);
};
const argv = (unit: Unit, key = "ExecStart"): string[][] =>
  lines(unit, "Service", key).map((line) => [...parseExec(line).exec]);
const boot = (container: SystemContainer): string[] => argv(unitOf(container))[0] ?? [];
const merge = (container: SystemContainer): Unit => unitOf(container, "container-merge@web.service");
const net = (container: SystemContainer): Unit => unitOf(container, "container-net@web.service");

const firewall: Firewall = { tcp: [{ from: 80, to: 80 }], udp: [], ping: true, trusted: [], reject: false };

describe("the container's service", () => {
  test("what the reference promises of it", () => {
    const { Unit, Service } = unitOf(isolated).sections;
    expect(Unit).toMatchObject({ Description: "Container 'web'", StartLimitIntervalSec: 0 });
    expect(Service).toMatchObject({
      Type: "notify",
      SyslogIdentifier: "container web",
      Slice: "machine.slice",
      Delegate: true,
      KillMode: "mixed",
      Restart: "on-failure",
      RestartForceExitStatus: 133,
      SuccessExitStatus: 133,
      DevicePolicy: "closed",
      TimeoutStartSec: "1min",
    });
    expect(lines(unitOf(isolated), "Unit", "Wants").join()).toMatch(/\bnetwork\.target\b/);
  });

  test("its init is booted, says when it is ready, and is asked to shut down cleanly", () => {
    for (const flag of ["--boot", "--keep-unit", "--notify-ready=yes", "--kill-signal=SIGRTMIN+3", "--settings=no"])
      expect(boot(trusted)).toContain(flag);
  });

  test("no shell and no wrapper anywhere", () => {
    for (const container of [trusted, isolated, ephemeral])
      for (const unit of parts(container).units)
        for (const key of ["ExecStartPre", "ExecStart", "ExecStop", "ExecStopPost"])
          for (const [program] of argv(unit, key)) expect(program).not.toMatch(/\b(ba|da)?sh$/);
  });

  test("autoStart is a link of machines.target", () => {
    const link = { "machines.target.wants/container@web.service": "../container@web.service" };
    expect(parts(isolated).unitLinks).toEqual(link);
    expect(parts(trusted).unitLinks).toEqual({});
  });

  test("restartIfChanged=false is written into the unit", () => {
    expect(lines(unitOf(trusted), "Unit", "X-RestartIfChanged")).toEqual([]);
    expect(lines(unitOf({ ...trusted, restartIfChanged: false }), "Unit", "X-RestartIfChanged")).toEqual(["no"]);
  });
});

describe("pitfalls of systemd-nspawn, each met once", () => {
  const allNspawn = [trusted, isolated, ephemeral].flatMap((container) =>
    parts(container).units.filter((unit) => render(unit).includes("systemd-nspawn")),
  );

  test("the units that start it: the container, and its merge where the root persists", () => {
    expect(allNspawn.map((unit) => unit.name)).toEqual([
      "container@web.service",
      "container-merge@web.service",
      "container@web.service",
      "container-merge@web.service",
      "container@web.service",
    ]);
  });

  test("planted links at the root's top are refused by PID 1", () => {
    for (const unit of allNspawn) {
      const dirs = lines(unit, "Unit", "AssertPathIsSymbolicLink").map((line) => line.replace(/.*\/root\//, ""));
      expect(dirs.sort()).toEqual(["dev", "etc", "proc", "run", "sys", "tmp", "usr", "var"]);
      for (const line of lines(unit, "Unit", "AssertPathIsSymbolicLink")) expect(line).toMatch(/^!\//);
    }
  });

  test("it would guess cgroup v1 from an empty /usr, and what it says at its end would be no unit's", () => {
    for (const unit of allNspawn)
      expect(lines(unit, "Service", "Environment")).toEqual([
        "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1",
        "SYSTEMD_LOG_TARGET=console",
      ]);
  });

  test("systemd 257 makes device nodes and fails where the policy forbids them", () => {
    for (const unit of allNspawn)
      expect(lines(unit, "Service", "DeviceAllow")).toEqual(["char-pts rw", "/dev/net/tun rwm", "/dev/fuse rwm"]);
  });

  test("a dead registration at machined would block every automatic restart", () => {
    const [line] = lines(unitOf(trusted), "Service", "ExecStopPost");
    expect(line).toMatch(/ \/usr\/bin\/busctl .* UnregisterMachine s web$/);
    // After every ordinary stop there is none, and busctl would say so in the log.
    expect(line).toMatch(/^-\/usr\/bin\/systemd-cat --priority=debug /);
    expect(lines(unitOf(trusted), "Service", "LogLevelMax")).toEqual(["info"]);
  });

  test("private users together with --network-namespace-path fail: systemd enters the namespace instead", () => {
    expect(boot(isolated).join(" ")).not.toMatch(/--(network-namespace-path|private-network)/);
    expect(lines(unitOf(isolated), "Service", "NetworkNamespacePath")).toEqual(["/run/netns/ct-web"]);
  });

  test("the journal is not linked, no resolv.conf and no time zone written by path", () => {
    for (const flag of ["--link-journal=no", "--resolv-conf=off", "--timezone=off"])
      expect(boot(isolated)).toContain(flag);
  });
});

describe("isolation", () => {
  test("with a network of its own: a user namespace, and every bind id-mapped", () => {
    const command = boot({
      ...isolated,
      binds: [{ source: "/srv/a", target: "/data", readOnly: false, idmap: true, create: null, plantable: [] }],
    });
    expect(command).toContain("--private-users=pick");
    expect(command).toContain("--private-users-ownership=map");
    expect(command).toContain("--capability=CAP_NET_ADMIN");
    const binds = command.filter((argument) => argument.startsWith("--bind"));
    expect(binds).toEqual([
      "--bind-ro=/var/lib/stowage/store/22222222222222222222222222222222-debian-trixie-nginx-light/usr:/usr:idmap",
      "--bind-ro=/var/lib/stowage/containers/web/declared:/run/declared:idmap",
      "--bind-ro=/etc/stowage/names:/run/names",
      "--bind-ro=/run/stowage/resolv/own:/run/resolv",
      "--bind=/srv/a:/data:idmap",
    ]);
    expect(parts(isolated).part.isolation).toBe("isolated");
  });

  test("without one: trusted, no idmap (EINVAL), /usr in an overlay that cannot be made writable", () => {
    const command = boot(trusted);
    expect(command.join(" ")).not.toMatch(/idmap|private-users|CAP_NET_ADMIN/);
    expect(command).toContain(
      "--overlay-ro=/var/lib/stowage/store/22222222222222222222222222222222-debian-trixie-nginx-light/usr:/run/stowage/empty/container@web.service/upper:/usr",
    );
    expect(unitOf(trusted).sections.Service?.RuntimeDirectory).toBe(
      "stowage/empty/container@web.service stowage/empty/container@web.service/upper",
    );
    expect(parts(trusted).part.isolation).toBe("trusted");
  });

  test("the merge is held like its container", () => {
    expect(argv(merge(isolated))[0]).toEqual(
      expect.arrayContaining(["--as-pid2", "--register=no", "--private-users=pick", "--private-network"]),
    );
    expect(argv(merge(trusted))[0]).not.toContain("--private-users=pick");
  });
});

describe("the root", () => {
  test("of a persistent container: merged when its toplevel is new, marked only after success", () => {
    const unit = merge(isolated);
    const applied = "/var/lib/stowage/containers/web/applied";
    expect(lines(unit, "Unit", "ConditionPathExists")).toEqual([`!${applied}/11111111111111111111111111111111-web`]);
    expect(argv(unit).map(([program]) => program)).toEqual([
      "/usr/bin/systemd-nspawn",
      "/usr/bin/rm",
      "/usr/bin/mkdir",
    ]);
    expect(unitOf(isolated).sections.Unit?.Requires).toBe("container-merge@web.service");
  });

  test("of an ephemeral one (T4): below /run, anew at each start, nothing in the state directory but the store", () => {
    const unit = unitOf(ephemeral);
    expect(lines(unit, "Service", "RuntimeDirectory")).toEqual(["stowage/containers/web"]);
    expect(boot(ephemeral)).toContain("--directory=/run/stowage/containers/web/root");
    expect(argv(unit, "ExecStartPre").map(([program]) => program)).toEqual([
      "/usr/bin/install",
      "/usr/bin/cp",
      "/usr/bin/cp",
      "/usr/bin/touch",
      "/usr/bin/ln",
    ]);
    expect(render(unit)).not.toContain("/var/lib/stowage/containers");
    expect(lines(unit, "Unit", "RequiresMountsFor")).toEqual(["/var/lib/stowage/store"]);
    expect(boot(ephemeral)).toContain(
      "--bind-ro=/var/lib/stowage/store/11111111111111111111111111111111-web:/run/declared/current:idmap",
    );
  });

  test("of a `path` system: its /usr, no declared directory, no merge", () => {
    const container: SystemContainer = { ...isolated, system: { kind: "path", path: "/srv/tree" } };
    expect(boot(container)).toContain("--bind-ro=/srv/tree/usr:/usr:idmap");
    expect(boot(container).join(" ")).not.toContain("declared");
    expect(parts(container).part).toMatchObject({ system: null, packages: null, path: "/srv/tree" });
    expect(parts(container).units.map((unit) => unit.name)).not.toContain("container-merge@web.service");
  });
});

describe("bind mounts", () => {
  const odd = "/srv/with space:colon\\back%n$HOME\"quote'";

  test("any path reaches systemd-nspawn as itself: its own escapes, then the unit file's", () => {
    const command = boot({
      ...trusted,
      binds: [{ source: odd, target: "/data", readOnly: true, idmap: true, create: null, plantable: [] }],
    });
    expect(command).toContain("--bind-ro=/srv/with space\\:colon\\\\back%n$HOME\"quote':/data");
  });

  test("the mounts that hold each source are required", () => {
    const unit = unitOf({
      ...trusted,
      binds: [{ source: "/srv/a b", target: "/data", readOnly: true, idmap: true, create: null, plantable: [] }],
    });
    expect(lines(unit, "Unit", "RequiresMountsFor")).toContain('"/srv/a b"');
  });
});

describe("the network unit", () => {
  test("all is made before the container starts (T18), and ends with it", () => {
    expect(unitOf(isolated).sections.Unit).toMatchObject({ BindsTo: "container-net@web.service" });
    expect(lines(unitOf(isolated), "Unit", "After").join()).toContain("container-net@web.service");
    expect(net(isolated).sections.Unit).toMatchObject({ StopWhenUnneeded: true });
    expect(lines(net(isolated), "Service", "ExecStart")).toEqual([
      "/usr/sbin/ip -batch /etc/stowage/network/web.up",
      "/usr/sbin/nft -f /etc/stowage/network/web.nft",
    ]);
    expect(lines(net(isolated), "Service", "ExecStopPost")).toEqual([
      "-/usr/sbin/nft -f /etc/stowage/network/web.nft-down",
      "-/usr/bin/systemd-cat --priority=debug /usr/sbin/ip -force -batch /etc/stowage/network/web.down",
    ]);
  });

  test("what a crash left behind is taken away first", () => {
    expect(lines(net(isolated), "Service", "ExecStartPre")).toEqual([
      "-/usr/bin/systemd-cat --priority=debug /usr/sbin/ip -force -batch /etc/stowage/network/web.down",
    ]);
    // Without this its complaints that there is nothing to take away would stand in the log of every start.
    expect(lines(net(isolated), "Service", "LogLevelMax")).toEqual(["info"]);
  });

  test("another address is another unit, though its keys are the same", () => {
    const moved = withLink(isolated, [v4]);
    const trigger = (container: SystemContainer) => lines(net(container), "Unit", "X-Restart-Triggers");
    expect(trigger(moved)).not.toEqual(trigger(isolated));
    expect(trigger({ ...isolated })).toEqual(trigger(isolated));
  });

  test("low ports and ping are open inside: its root has no power over the namespace", () => {
    expect(new Map(parts(isolated).files).get("/etc/stowage/network/web.ns-sysctl")).toBe(
      "net/ipv4/ip_unprivileged_port_start = 0\nnet/ipv4/ping_group_range = 0 2147483647\n",
    );
  });

  test("without forwarded ports and a firewall no nft is started", () => {
    const { ExecReload: _, ...service } = net(withLink(isolated, [v4, v6], [])).sections.Service ?? {};
    expect(JSON.stringify(service)).not.toContain("nft");
  });

  test("a firewall is there before any link, and exchanging it is a reload and no other unit", () => {
    const walled: SystemContainer = { ...isolated, firewall };
    const files = new Map(parts(walled).files);
    expect(files.get("/etc/stowage/network/web.up")?.split("\n").slice(0, 2)).toEqual([
      "netns add ct-web",
      "netns exec ct-web /usr/sbin/nft -f /etc/stowage/network/web.firewall",
    ]);
    expect(files.get("/etc/stowage/network/web.firewall")).toContain("tcp dport { 80 } accept");
    const wider: SystemContainer = { ...walled, firewall: { ...firewall, udp: [{ from: 53, to: 53 }] } };
    const reload = (container: SystemContainer) => lines(net(container), "Unit", "X-Reload-Triggers")[0];
    expect(new Set([isolated, walled, wider].map(reload)).size).toBe(3);
    for (const [one, other] of [
      [isolated, walled],
      [walled, wider],
      [walled, isolated],
    ] as const)
      expect(compare(net(one), net(other))).toBe("equal");
  });

  test("a reload without a firewall takes away the one that was", () => {
    const words = ["/usr/sbin/ip", "netns", "exec", "ct-web", "/usr/sbin/nft"];
    expect(net(isolated).sections.Service?.ExecReload).toEqual({ exec: [...words, firewallOff] });
    expect(net({ ...isolated, firewall }).sections.Service?.ExecReload).toEqual({
      exec: [...words, "-f", "/etc/stowage/network/web.firewall"],
    });
    expect(
      net({ ...isolated, system: { kind: "path", path: "/srv/tree" } }).sections.Service?.ExecReload,
    ).toBeUndefined();
  });
});

describe("sockets for what nft cannot do", () => {
  const socket = (ends: readonly (typeof v4 | typeof v6)[], restriction: Partial<Forward> = {}) => {
    const forward = { protocol: "tcp", hostPort: 8080, containerPort: 80, hostAddress: null, interface: null } as const;
    return parts(withLink(isolated, ends, [{ ...forward, ...restriction }])).units.flatMap((unit) =>
      unit.name.endsWith(".socket")
        ? [unit.name, unit.sections.Socket]
        : unit.name.startsWith("stowage-forward")
          ? [argv(unit)[0]?.at(-1)]
          : [],
    );
  };
  const all = "stowage-forward-tcp-8080@web.socket";
  const [host4, host6] = [parseAddress("192.0.2.1"), parseAddress("fd98::1")];

  test("both families: nothing, nft does all of it", () => {
    expect(socket([v4, v6])).toEqual([]);
  });

  test.each([
    ["IPv4 alone", [v4], {}, [all, { ListenStream: ["[::]:8080"], BindIPv6Only: "ipv6-only" }, "10.233.1.2:80"]],
    ["IPv6 alone", [v6], {}, [all, { ListenStream: ["0.0.0.0:8080"], BindIPv6Only: "ipv6-only" }, "fd00:233:1::2:80"]],
    ["of its own family", [v4], { hostAddress: host4 }, []],
    [
      "of the other family",
      [v4],
      { hostAddress: host6, interface: "eth9" },
      [
        "stowage-forward-tcp-8080-in-eth9-to-fd98::1@web.socket",
        { ListenStream: ["[fd98::1]:8080"], BindIPv6Only: "ipv6-only", FreeBind: true, BindToDevice: "eth9" },
        "10.233.1.2:80",
      ],
    ],
  ] as const)("%s", (_, ends, restriction, expected) => {
    expect(socket(ends, restriction)).toEqual(expected);
  });

  test("the proxy never says that it is ready", () => {
    const proxy = unitOf(withLink(isolated, [v4]), "stowage-forward-tcp-8080@web.service");
    expect(lines(proxy, "Service", "Type")).toEqual(["exec"]);
  });

  test("no socket for UDP", () => {
    const container = withLink(
      isolated,
      [v4],
      [{ protocol: "udp", hostPort: 53, containerPort: 53, hostAddress: null, interface: null }],
    );
    expect(parts(container).units.filter((unit) => unit.name.endsWith(".socket"))).toEqual([]);
  });

  test("a socket of the default kind would be ordered in a cycle with its container", () => {
    const single = withLink(isolated, [v4]);
    const unit = unitOf(single, all);
    expect(unit.sections.Unit).toMatchObject({
      DefaultDependencies: false,
      BindsTo: "container@web.service",
      Before: "container@web.service shutdown.target",
    });
    expect(lines(unitOf(single), "Unit", "Wants").join()).toContain(all);
  });
});

describe("what containers share", () => {
  test("nothing for none", () => {
    expect(sharedParts(defaultLayout, [])).toEqual({ units: [], files: [] });
  });

  test("the nft table only with forwarded ports; rules are renewed by a reload, never a restart", () => {
    const names = (containers: SystemContainer[]) =>
      sharedParts(defaultLayout, containers)
        .units.map((unit) => unit.name)
        .filter((name) => !name.startsWith("stowage-resolv"));
    expect(names([trusted])).toEqual(["stowage-sysctl.service"]);
    expect(names([isolated])).toEqual(["stowage-sysctl.service", "stowage-nftables.service"]);
    const nftables = sharedParts(defaultLayout, [isolated]).units[1] ?? expect.fail();
    expect(nftables.sections.Unit).toHaveProperty("X-Reload-Triggers");
    expect(nftables.sections.Service).toHaveProperty("ExecReload");
  });

  test("kernel settings are applied at each start: the unit does not remain active", () => {
    const [unit] = sharedParts(defaultLayout, [trusted]).units;
    expect(unit?.sections.Service).not.toHaveProperty("RemainAfterExit");
    expect(lines(unitOf(trusted), "Unit", "After").join()).toContain("stowage-sysctl.service");
  });

  test("machines.target is started at boot, whatever the distribution says", () => {
    expect(Object.fromEntries(sharedParts(defaultLayout, [trusted]).files)).toHaveProperty([
      "/etc/systemd/system/multi-user.target.d/stowage.conf",
    ]);
  });
});
