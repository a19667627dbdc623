/** Each finding, from facts of which one is wrong. */
import { expect, test } from "vitest";
import type { Generation } from "../../src/compile/generation.ts";
import { hasUsableServer } from "../../src/doctor/checks/network.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { type Facts, programPaths } from "../../src/doctor/facts.ts";
import { droppingChains } from "../../src/doctor/observe.ts";

const generation = {
  containers: { web: { addresses: ["10.233.1.2"], ports: [{}], autoStart: true } },
} as unknown as Generation;

const good: Facts = {
  isRoot: true,
  booted: true,
  systemdVersion: 257,
  distributions: ["debian"],
  programs: Object.fromEntries(Object.values(programPaths).map((path) => [path, true])),
  loadStates: {},
  active: [],
  failed: [],
  kernel: {
    release: "6.1.0-13-amd64",
    cgroup2: true,
    controllers: ["cpuset", "cpu", "io", "memory", "pids"],
    maxUserNamespaces: 1000,
    inotifyInstances: 8192,
    overlay: true,
    veth: true,
    macvlan: true,
    nftables: true,
  },
  forward: { enabled4: true, dropping: [], acceptedByDocker: false, dhcpcd: null },
  resolver: { sources: ["nameserver 192.0.2.1\n", null, null], nsswitch: "hosts: files dns\n" },
  state: {
    directory: "/var/lib/stowage",
    fileSystem: "ext4",
    freeBytes: 2 ** 33,
    freeInodes: 100_000,
    generation,
    damage: [],
    interrupted: false,
  },
};

const told = (facts: Facts) =>
  diagnose(facts)
    .filter(({ state }) => state !== "ok")
    .map(({ check, state }) => `${state} ${check}`);

test("nothing is wrong", () => {
  expect(told(good)).toEqual([]);
});

const kernel = (change: Partial<Facts["kernel"]>): Facts => ({ ...good, kernel: { ...good.kernel, ...change } });
const state = (change: Partial<Facts["state"]>): Facts => ({ ...good, state: { ...good.state, ...change } });
const forward = (change: Partial<Facts["forward"]>): Facts => ({ ...good, forward: { ...good.forward, ...change } });
const without = (path: string): Facts => ({ ...good, programs: { ...good.programs, [path]: false } });

test.each<[string, Facts]>([
  ["problem systemd-booted", { ...good, booted: false }],
  ["problem systemd-version", { ...good, systemdVersion: 251 }],
  ["problem systemd-version", { ...good, systemdVersion: null }],
  ...Object.entries(programPaths).map(([name, path]): [string, Facts] => [`problem program-${name}`, without(path)]),
  ["problem machined", { ...good, loadStates: { "systemd-machined.service": "masked" } }],
  ["problem machines-target", { ...good, loadStates: { "machines.target": "masked" } }],
  ["problem failed-units", { ...good, failed: ["container@web.service"] }],
  ["problem cgroup2", kernel({ cgroup2: false })],
  ["problem user-namespaces", kernel({ maxUserNamespaces: 0 })],
  ["problem kernel-overlay", kernel({ overlay: false })],
  ["problem kernel-veth", kernel({ veth: false })],
  ["note kernel-macvlan", kernel({ macvlan: false })],
  ["note kernel-macvlan", { ...kernel({ macvlan: null }), isRoot: false }],
  ["problem kernel-nftables", kernel({ nftables: false })],
  ["note inotify", kernel({ inotifyInstances: 128 })],
  ["problem idmapped-mounts", state({ fileSystem: "overlay" })],
  ["problem idmapped-mounts", state({ fileSystem: "nfs4" })],
  ["problem idmapped-mounts", state({ fileSystem: "devtmpfs" })],
  ["problem idmapped-mounts", state({ fileSystem: "fuse.unknown" })],
  ["problem idmapped-mounts", { ...kernel({ release: "6.2.0" }), state: { ...good.state, fileSystem: "tmpfs" } }],
  ["problem idmapped-mounts", kernel({ release: "5.10.0" })],
  ["note free-space", state({ freeBytes: 2 ** 29 })],
  ["problem free-space", state({ freeBytes: 2 ** 24 })],
  ["problem free-space", state({ freeInodes: 10 })],
  ["problem forward-policy", forward({ dropping: ["ip filter FORWARD"] })],
  ["note ip-forward", forward({ enabled4: false })],
  ["note dhcpcd", { ...good, active: ["dhcpcd.service"] }],
  ["problem name-servers", { ...good, resolver: { ...good.resolver, sources: ["nameserver 127.0.0.53\n", null] } }],
  ["note nss-files", { ...good, resolver: { ...good.resolver, nsswitch: "hosts: dns\n" } }],
  ["problem damage", state({ damage: ["it is broken"] })],
  ["note interrupted", state({ interrupted: true })],
])("%s", (expected, facts) => {
  expect(told(facts)).toEqual([expected]);
});

test("a missing program is told once", () => {
  expect(told(kernel({ nftables: null }))).toEqual([]);
});

test("what no container needs is a note at most", () => {
  const empty = state({ generation: null });
  expect(told({ ...empty, programs: { ...good.programs, [programPaths.nft]: false } })).toEqual(["note program-nft"]);
  expect(told({ ...empty, loadStates: { "machines.target": "masked" } })).toEqual(["note machines-target"]);
  expect(told({ ...empty, forward: { ...good.forward, dropping: ["ip filter FORWARD"] } })).toEqual([
    "note forward-policy",
  ]);
});

test("Docker's drop is no problem where its chain accepts what is ours; dhcpcd's where it is forbidden our links", () => {
  expect(told(forward({ dropping: ["ip filter FORWARD"], acceptedByDocker: true }))).toEqual([]);
  expect(told({ ...forward({ dhcpcd: "denyinterfaces ve-* vb-*\n" }), active: ["dhcpcd.service"] })).toEqual([]);
});

test("the package has the distribution's name", () => {
  const mend = (distributions: string[]) =>
    diagnose({ ...without(programPaths.ip), distributions }).find(({ check }) => check === "program-ip")?.mend;
  expect(mend(["debian"])).toBe("apt install iproute2");
  expect(mend(["rocky", "rhel", "centos", "fedora"])).toBe("dnf install iproute");
  expect(mend(["arch"])).toBe("pacman -S iproute2");
  expect(mend(["other"])).toContain("iproute on Fedora");
});

test("servers that only the host reaches", () => {
  for (const server of ["127.0.0.53", "::1", "::", "0.0.0.0", "::ffff:127.0.0.1", "fe80::1%eth0"]) {
    expect(hasUsableServer(`nameserver ${server}\n`), server).toBe(false);
  }
  expect(hasUsableServer("# nameserver 192.0.2.1\n")).toBe(false);
  expect(hasUsableServer("search x\n  nameserver\t2001:db8::1\n")).toBe(true);
});

test("chains that drop, from nft's JSON", () => {
  const chain = (name: string, policy: string, hook = "forward") => ({
    chain: { family: "ip", table: "filter", name, hook, policy },
  });
  const listed = {
    nftables: [{ metainfo: {} }, chain("FORWARD", "drop"), chain("in", "drop", "input"), chain("fwd", "accept")],
  };
  expect(droppingChains(JSON.stringify(listed))).toEqual(["ip filter FORWARD"]);
  expect(droppingChains("")).toEqual([]);
});

const oci = (ports: readonly object[], user = "root", engine = "docker") => {
  const part = { name: "web", kind: "oci", addresses: [], ports, oci: { engine, image: "nginx", user } };
  return state({ generation: { containers: { web: part } } as unknown as Generation });
};
const port = { container: "web", protocol: "tcp", hostPort: 8080, containerPort: 80 };

test("an engine is asked for where a container is run by it", () => {
  expect(told(oci([]))).toEqual(["problem engine-docker"]);
  const mend = diagnose(oci([])).find(({ check }) => check === "engine-docker")?.mend;
  // Debian 12 has no docker-cli, and with it among the names apt installs none of them.
  expect(mend).toBe("apt install docker.io (from Debian 13 on docker-cli too)");
  const there = { ...oci([]), programs: { ...good.programs, "/usr/bin/docker": true } };
  expect(told(there)).toEqual([]);
});

test("ports that a firewall does not close", () => {
  const found = (facts: Facts) => told({ ...facts, active: ["ufw.service"] }).filter((one) => one.includes("ports"));
  expect(found(oci([port]))).toEqual(["note published-ports"]);
  expect(found(oci([{ ...port, address: "127.0.0.1" }]))).toEqual([]);
  expect(found(oci([port], "alice"))).toEqual([]);
  expect(told(oci([port])).filter((one) => one.includes("ports"))).toEqual([]);
});

test("docker drops what is forwarded to podman's containers, and not what is to its own", () => {
  const dropped = (facts: Facts) =>
    told({ ...facts, forward: { ...good.forward, dropping: ["ip filter FORWARD"] } }).filter((one) =>
      one.includes("forward"),
    );
  expect(dropped(oci([port], "root", "podman"))).toEqual(["problem forward-policy"]);
  expect(dropped(oci([port]))).toEqual(["note forward-policy"]);
  expect(dropped(oci([], "root", "podman"))).toEqual(["note forward-policy"]);
  // Without ports of system containers nft is not needed.
  const facts = oci([port]);
  const withoutNft = { ...facts, programs: { ...good.programs, "/usr/bin/docker": true, "/usr/sbin/nft": false } };
  expect(told(withoutNft)).toEqual(["note program-nft"]);
});
