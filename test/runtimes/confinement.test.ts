/** What a container's users, capabilities, devices, mounts and flags become. */
import { describe, expect, test } from "vitest";
import { type Bind, containerParts, type SystemContainer } from "../../src/runtimes/nspawn/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { linesOf, parseExec } from "../../src/units/index.ts";
import { ephemeral, isolated, trusted } from "./containers.ts";

const parts = (container: SystemContainer) => containerParts(defaultLayout, container);
function lines(container: SystemContainer, section: string, key: string, name = "container@web.service") {
  const value = parts(container).units.find((unit) => unit.name === name)?.sections[section]?.[key];
  return value === undefined ? [] : linesOf(value);
}
const argv = (container: SystemContainer, key = "ExecStart", name?: string): string[][] =>
  lines(container, "Service", key, name).map((line) => [...parseExec(line).exec]);
const boot = (container: SystemContainer): string[] => argv(container)[0] ?? [];
const flags = (container: SystemContainer, begin: string) => boot(container).filter((word) => word.startsWith(begin));

describe("users", () => {
  test.each<[string, SystemContainer, string[]]>([
    ["picked", isolated, ["--private-users=pick", "--private-users-ownership=map"]],
    [
      "from a number on",
      { ...isolated, users: { kind: "shifted", base: 1900019712 } },
      ["--private-users=1900019712:65536", "--private-users-ownership=map"],
    ],
    // Before Linux 6.3 a file system in memory cannot be mapped; there the ids may be written.
    ["in memory", ephemeral, ["--private-users=pick", "--private-users-ownership=auto"]],
    ["those of the host in a namespace", { ...isolated, users: { kind: "identity" } }, ["--private-users=identity"]],
    ["those of the host", { ...isolated, users: { kind: "none" } }, []],
  ])("%s", (_, container, expected) => {
    expect(flags(container, "--private-users")).toEqual(expected);
    const merge = argv(container, "ExecStart", "container-merge@web.service")[0] ?? [];
    if (merge.length > 0) expect(merge.filter((word) => word.startsWith("--private-users"))).toEqual(expected);
  });

  test("nothing is id-mapped where ids are the host's, and /usr is an overlay there", () => {
    for (const kind of ["none", "identity"] as const) {
      const command = boot({ ...isolated, users: { kind } }).join(" ");
      expect(command).not.toContain("idmap");
      expect(command).toContain("--overlay-ro=");
    }
  });

  test("/proc/sys/net is writable only without a user namespace, in which systemd-nspawn refuses it", () => {
    const writable = "SYSTEMD_NSPAWN_API_VFS_WRITABLE=network";
    const environment = (container: SystemContainer) => lines(container, "Service", "Environment");
    expect(environment({ ...isolated, users: { kind: "none" } })).toContain(writable);
    for (const container of [isolated, trusted, { ...isolated, users: { kind: "identity" } } as const])
      expect(environment(container)).not.toContain(writable);
  });

  test("a namespace that somebody else made is entered by systemd", () => {
    const container: SystemContainer = { ...trusted, network: { kind: "joined", path: "/run/netns/a%b" } };
    expect(lines(container, "Service", "NetworkNamespacePath")).toEqual(["/run/netns/a%%b"]);
  });
});

describe("capabilities", () => {
  test.each<[string, SystemContainer, string[]]>([
    ["of a network of its own", isolated, ["--capability=CAP_NET_ADMIN"]],
    ["none on the host's network", trusted, []],
    ["for tun", { ...trusted, tun: true }, ["--capability=CAP_NET_ADMIN"]],
    [
      "each once, in one argument",
      { ...isolated, capabilities: ["CAP_NET_ADMIN", "CAP_SYS_TIME"] },
      ["--capability=CAP_NET_ADMIN,CAP_SYS_TIME"],
    ],
  ])("%s", (_, container, expected) => {
    expect(flags(container, "--capability")).toEqual(expected);
  });

  test("what brings files in has none that opens the host", () => {
    const merge = argv(trusted, "ExecStart", "container-merge@web.service")[0] ?? [];
    expect(merge).toContain("--no-new-privileges=yes");
    expect(merge.find((word) => word.startsWith("--drop-capability="))).toMatch(/CAP_SYS_ADMIN.*CAP_MKNOD/);
  });
});

describe("devices", () => {
  const devices = [{ node: "/dev/ttyUSB0", modifier: "rw" }];

  test("are allowed and bound; the host's own nodes where ids are the host's", () => {
    const container = { ...trusted, devices };
    expect(lines(container, "Service", "DeviceAllow")).toContain("/dev/ttyUSB0 rw");
    expect(flags(container, "--bind=")).toEqual(["--bind=/dev/ttyUSB0:/dev/ttyUSB0"]);
    expect(JSON.stringify(argv(container, "ExecStartPre"))).not.toContain("devices");
  });

  test("copies with users of its own: /dev cannot be id-mapped, and a node that is nobody's cannot be opened", () => {
    const copies = "/var/lib/stowage/containers/web/devices";
    const container = { ...isolated, devices };
    expect(flags(container, "--bind=")).toEqual([`--bind=${copies}/0:/dev/ttyUSB0:idmap`]);
    expect(argv(container, "ExecStartPre")).toEqual([
      ["/usr/bin/mkdir", "-p", "--", copies],
      ["/usr/bin/cp", "--archive", "--dereference", "--remove-destination", "--", "/dev/ttyUSB0", `${copies}/0`],
    ]);
  });

  test("of a container in memory: not below /run, where no device opens, and taken away when it stops", () => {
    const copies = "/var/lib/stowage/devices/web";
    expect(flags({ ...ephemeral, devices }, "--bind=")).toEqual([`--bind=${copies}/0:/dev/ttyUSB0:idmap`]);
    expect(lines({ ...ephemeral, devices }, "Service", "ExecStopPost").join()).toContain(
      `/usr/bin/rm -rf -- ${copies}`,
    );
  });

  test("tun: the node, which systemd 252 does not make", () => {
    expect(flags({ ...trusted, tun: true }, "--bind=")).toEqual(["--bind=/dev/net/tun:/dev/net/tun"]);
    const both = { ...trusted, tun: true, devices: [{ node: "/dev/net/tun", modifier: "rw" }] };
    expect(flags(both, "--bind=")).toHaveLength(1);
  });
});

describe("mounts", () => {
  const bind = (more: Partial<Bind>): SystemContainer => ({
    ...isolated,
    binds: [{ source: "/srv/a", target: "/data", readOnly: true, idmap: true, create: null, plantable: [], ...more }],
  });

  test("idmap = false", () => {
    expect(flags(bind({ idmap: false }), "--bind-ro=/srv")).toEqual(["--bind-ro=/srv/a:/data"]);
    expect(parts(bind({})).part.mapped).toEqual(["/var/lib/stowage", "/srv/a"]);
    expect(parts(bind({ idmap: false })).part.mapped).toEqual(["/var/lib/stowage"]);
    expect(parts(trusted).part.mapped).toEqual([]);
  });

  test("a directory is made by systemd-tmpfiles, with colons: what is there is left as it is", () => {
    const container = bind({ source: '/srv/a b/%h"\\', create: { mode: "0750", owner: "www-data" } });
    const file = "/etc/stowage/tmpfiles/web.conf";
    expect(Object.fromEntries(parts(container).files)[file]).toBe(
      'd "/srv/a b/%%h\\"\\\\" :0750 :www-data :www-data\n',
    );
    expect(argv(container, "ExecStartPre")[0]).toEqual(["/usr/bin/systemd-tmpfiles", "--create", file]);
    const other = bind({ source: '/srv/a b/%h"\\', create: { mode: "0700", owner: "www-data" } });
    const triggers = (one: SystemContainer) => lines(one, "Unit", "X-Restart-Triggers");
    expect(triggers(container)).toHaveLength(1);
    expect(triggers(other)).not.toEqual(triggers(container));
  });

  test("where a container could put a link, there must be none", () => {
    const asserts = lines(bind({ plantable: ["/srv/a", "/srv/a/%b"] }), "Unit", "AssertPathIsSymbolicLink");
    expect(asserts).toContain("!/srv/a");
    expect(asserts).toContain("!/srv/a/%%b");
  });

  test.each([
    [{ target: "/var/cache", options: "" }, "--tmpfs=/var/cache"],
    [{ target: "/a:b\\c", options: "size=64M,mode=1777" }, "--tmpfs=/a\\:b\\\\c:size=64M,mode=1777"],
    // systemd-nspawn's default goes with the first option: everybody could write there.
    [{ target: "/x", options: "size=64M" }, "--tmpfs=/x:size=64M,mode=0755"],
  ])("tmpfs %j", (tmpfs, expected) => {
    expect(flags({ ...trusted, tmpfs: [tmpfs] }, "--tmpfs")).toEqual([expected]);
  });
});

test("extra flags come last, each one argument", () => {
  const extraFlags = ["--setenv=A=b c", '--setenv=B="$HOME" %n', "--read-only"];
  expect(boot({ ...trusted, extraFlags }).slice(-3)).toEqual(extraFlags);
});
