/** What a container may do: what is refused, and what makes it trusted. */
import { describe, expect, test } from "vitest";
import { compileConfig, isolationOf } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "./config.ts";

const net: ShortContainer = { privateNetwork: true };
const placesOf = (path: readonly string[]) => [{ file: path.join("."), line: 1, column: 1 }];

function problems(containers: Record<string, ShortContainer>) {
  try {
    compileConfig(hostConfig(containers), lock, defaultLayout, placesOf);
    return [];
  } catch (error) {
    if (error instanceof StowageError) return error.problems;
    throw error;
  }
}
const codes = (web: ShortContainer) => problems({ web: { ...net, ...web } }).map(({ code }) => code);
const trust = (web: ShortContainer, more: Record<string, ShortContainer> = {}) =>
  isolationOf("web", hostConfig({ web: { ...net, ...web }, ...more }), defaultLayout)?.trustedBecause;
const bind = (hostPath: string, more: object = {}) => ({ bindMounts: { "/data": { hostPath, ...more } } });

describe("refused", () => {
  test("capabilities that there are not, with the nearest ones", () => {
    const [problem] = problems({ web: { ...net, additionalCapabilities: ["CAP_NET_ADMLN"] } });
    expect(problem).toMatchObject({
      code: "unknown-capability",
      hint: expect.stringMatching(/^did you mean CAP_NET_ADMIN\b/),
    });
    expect(codes({ additionalCapabilities: ["CAP_CHECKPOINT_RESTORE", "CAP_BPF"] })).toEqual([]);
  });

  test("user ids of two containers that overlap, with both places", () => {
    const two = (second: number) => problems({ a: { ...net, privateUsers: 131072 }, b: { privateUsers: second } });
    expect(two(131072 + 65536)).toEqual([]);
    for (const second of [131072, 131072 + 65535, 131072 - 1]) {
      const [problem] = two(second);
      expect(problem?.code).toBe("user-id-clash");
      expect(problem?.places?.map(({ file }) => file).sort()).toEqual([
        "containers.a.privateUsers",
        "containers.b.privateUsers",
      ]);
    }
  });

  test.each(["/etc/passwd", "/dev", "/dev/", "/dev/../etc/x", "/dev/pts/3", "/dev/console", "/dev/shm"])(
    "the device %s",
    (node) => {
      expect(codes({ allowedDevices: [{ node, modifier: "rw" }] })).toEqual(["bad-device"]);
    },
  );

  test("a device twice", () => {
    const fuse = { node: "/dev/fuse", modifier: "rw" };
    expect(codes({ allowedDevices: [fuse, fuse] })).toEqual(["bad-device"]);
  });

  test("tun with users of its own: it could make no interface", () => {
    expect(codes({ enableTun: true, privateUsers: "pick" })).toEqual(["tun-without-power"]);
    expect(codes({ enableTun: true })).toEqual([]);
  });

  test.each(["--private-users=pick", "-U", "--directory=/", "-D/", "--machine=x", "--network-namespace-path=/x"])(
    "the flag %s, which says what the unit says",
    (flag) => {
      expect(codes({ extraFlags: [flag] })).toEqual(["refused-flag"]);
      expect(codes({ extraFlags: ["--setenv", flag] })).toEqual([]);
    },
  );

  test.each<[string, string]>([
    ["relative", "bad-path"],
    ["/a/../b", "bad-path"],
    ["/a//b", "bad-path"],
    ["/usr/x", "reserved-mount"],
    ["/run/declared", "reserved-mount"],
    ["/etc", "reserved-mount"],
    ["/", "reserved-mount"],
    ["/x:sise=3M", "bad-tmpfs-option"],
    ["/x:size=3M,,mode=1777", "bad-tmpfs-option"],
    ["/x:uid=3", "tmpfs-owner"],
  ])("the tmpfs %s: %s", (tmpfs, code) => {
    expect(codes({ tmpfs: [tmpfs] })).toEqual([code]);
  });

  test("a tmpfs where a bind mount is; none otherwise", () => {
    expect(codes({ tmpfs: ["/x"], bindMounts: { "/x": {} } })).toEqual(["mount-clash"]);
    expect(codes({ tmpfs: ["/x", "/x/y", "/a\\:b", "/scratch:size=64M,mode=1777"] })).toEqual([]);
    expect(codes({ privateUsers: "no", tmpfs: ["/x:uid=3"] })).toEqual([]);
  });
});

describe("trusted", () => {
  test.each<[string, ShortContainer, string[]]>([
    ["nothing", {}, []],
    ["the host's network", { privateNetwork: false }, ["it has the host's network"]],
    ["the same, with ids of its own", { privateNetwork: false, privateUsers: "pick" }, ["it has the host's network"]],
    ["no users", { privateUsers: "no" }, ['its privateUsers is "no"']],
    ["the host's users", { privateUsers: "identity" }, ['its privateUsers is "identity"']],
    ["macvlans", { macvlans: ["eth0"] }, ["it has macvlans"]],
    [
      "tun and a capability",
      { enableTun: true, additionalCapabilities: ["CAP_NET_ADMIN"] },
      ["it has tun", "it has CAP_NET_ADMIN"],
    ],
    ["harmless flags", { extraFlags: ["--setenv", "--bind=/", "-E", "A=b", "--read-only", "--rlimit=NOFILE=9"] }, []],
    ["a flag", { extraFlags: ["--bind=/:/host"] }, ["its extraFlags have --bind=/:/host"]],
    ["a flag that is short for another", { extraFlags: ["--capab=all"] }, ["its extraFlags have --capab=all"]],
    ["a flag after one without value", { extraFlags: ["--read-only", "--bind", "/"] }, ["its extraFlags have --bind"]],
    ["a serial port", { allowedDevices: [{ node: "/dev/ttyUSB0", modifier: "rw" }] }, []],
    ["a disk", { allowedDevices: [{ node: "/dev/sda", modifier: "r" }] }, ["it has the device /dev/sda"]],
    ["what others have", bind("/srv/x", { isReadOnly: false }), []],
    ["configuration of the host, to read", bind("/etc/ssl"), []],
    ["configuration of the host", bind("/etc/ssl", { isReadOnly: false }), ["it may write to /etc/ssl of the host"]],
    ["all of the host", bind("/", { isReadOnly: false }), ["it sees / of the host"]],
    ["all of the host, as nobody", bind("/", { isReadOnly: false, idmap: false }), []],
    ["a socket that rules the host", bind("/run/docker.sock"), ["it sees /run/docker.sock of the host"]],
    [
      "the state of all containers",
      bind("/var/lib/stowage/containers", { isReadOnly: false }),
      ["it may write to /var/lib/stowage/containers of the host"],
    ],
  ])("%s", (_, container, expected) => {
    expect(trust(container)).toEqual(expected);
  });

  test("who may write where another one's bind mount begins", () => {
    const writes = bind("/srv", { isReadOnly: false });
    const reason = ["it may write to /srv, where container db gets /srv/db from"];
    expect(trust(writes, { db: bind("/srv/db") })).toEqual(reason);
    expect(trust(bind("/srv"), { db: bind("/srv/db") })).toEqual([]);
    expect(trust(writes, { db: bind("/srv") })).toEqual([]);
    expect(trust(writes, { db: bind("/srvx/db") })).toEqual([]);
  });

  test("its own two: links are refused when it starts, and it stays isolated", () => {
    const bindMounts = { "/a": { hostPath: "/srv/a", isReadOnly: false }, "/b": { hostPath: "/srv/a/b/c" } };
    const { containers, units } = compileConfig(hostConfig({ web: { ...net, bindMounts } }), lock, defaultLayout);
    expect(containers.web?.isolation).toBe("isolated");
    const asserts = units["container@web.service"]?.sections.Unit?.AssertPathIsSymbolicLink;
    expect(asserts).toEqual(expect.arrayContaining(["!/srv/a/b", "!/srv/a/b/c"]));
    expect(asserts).not.toContain("!/srv/a");
    const ends = { ...bindMounts, "/b": { hostPath: "/srv/a/b\\" } };
    expect(codes({ bindMounts: ends })).toEqual(["unguarded-source"]);
  });
});
