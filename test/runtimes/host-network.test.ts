import { expect, test } from "vitest";
import { hostInterface, parseAddress } from "../../src/network/index.ts";
import { hostNetworkParts } from "../../src/runtimes/host-network/index.ts";
import type { SystemContainer } from "../../src/runtimes/nspawn/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { render, type Unit } from "../../src/units/index.ts";
import { isolated, v4, v6, withLink } from "./containers.ts";

const parts = (...containers: readonly SystemContainer[]) => hostNetworkParts(defaultLayout, [], containers);
const names = (units: readonly Unit[]) => units.map(({ name }) => name);

test("IPv6 is forwarded only where a port of an IPv6 container is", () => {
  const forwarding = (container: SystemContainer) =>
    names(parts(container).units).filter((name) => name.startsWith("stowage-forwarding"));
  expect(forwarding(isolated)).toEqual(["stowage-forwarding@ipv4.service", "stowage-forwarding@ipv6.service"]);
  expect(forwarding(withLink(isolated, [v4]))).toEqual(["stowage-forwarding@ipv4.service"]);
  expect(forwarding(withLink(isolated, [v4, v6], []))).toEqual([]);
});

test("a host that forwards already is left as it is; one that we switched on is still ours", () => {
  const unit = parts(isolated).units.find(({ name }) => name === "stowage-forwarding@ipv4.service");
  if (unit === undefined) throw new Error("no unit");
  const lines = render(unit).split("\n");
  expect(lines).toContain(
    'ExecCondition=/usr/bin/grep -qsxF -e 0 -e "net/ipv4/ip_forward = 1" /proc/sys/net/ipv4/ip_forward /run/stowage/forwarding-ipv4',
  );
  // No moment at which packets pass and nothing filters them.
  const starts = lines.filter((line) => line.startsWith("ExecStart="));
  expect(starts.findIndex((line) => line.includes("nft -f"))).toBe(0);
  expect(starts.findIndex((line) => line.includes("systemd-sysctl"))).toBe(2);
});

const beside = (engine: "podman" | "docker", ...containers: readonly SystemContainer[]) => {
  const made = hostNetworkParts(defaultLayout, [], containers, { engine, bridges: ["stowage0", "podman+"] });
  const text = (name: string) => made.units.flatMap((unit) => (unit.name === name ? [render(unit)] : [])).join();
  return { ...made, text };
};
const [ipv4Unit, ipv6Unit] = ["stowage-forwarding@ipv4.service", "stowage-forwarding@ipv6.service"];

test("for the sake of OCI containers alone it is their engine that switches forwarding on: Docker would not drop", () => {
  const alone = beside("docker", withLink(isolated, [v4], [])).text(ipv4Unit);
  expect(alone).toContain("nft -f");
  expect(alone).toContain("/usr/bin/install");
  expect(alone).not.toContain("systemd-sysctl /");
  expect(beside("docker", withLink(isolated, [v4])).text(ipv4Unit)).toContain("systemd-sysctl /");
});

test("Docker comes first, where it is the engine", () => {
  const after = (text: string) => /^After=.*$/m.exec(text)?.[0];
  expect(after(beside("docker", isolated).text(ipv4Unit))).toMatch(/ docker\.service$/);
  expect(after(beside("docker", isolated).text(ipv6Unit))).not.toContain("docker");
  expect(after(beside("podman", isolated).text(ipv4Unit))).not.toContain("docker");
});

test("each family is started by what needs it", () => {
  const starters = (made: ReturnType<typeof beside>, unit: string) =>
    Object.keys(made.unitLinks).flatMap((link) => (link.endsWith(`/${unit}`) ? [link.split(".wants/")[0]] : []));
  const [nft, oci] = ["stowage-nftables.service", "stowage-oci-names.service"];
  const both = beside("podman", isolated);
  expect(starters(both, ipv4Unit)).toEqual([nft, oci]);
  expect(starters(both, ipv6Unit)).toEqual([nft]);
  expect(both.text(ipv6Unit)).toContain(`Before=${nft}\n`);
  expect(starters(beside("podman", withLink(isolated, [v4], [])), ipv4Unit)).toEqual([oci]);
  // Ports of IPv6 alone: what loads them does not start the other family.
  const six = beside("podman", withLink(isolated, [v6]));
  expect(starters(six, ipv4Unit)).toEqual([oci]);
  expect(starters(six, ipv6Unit)).toEqual([nft]);
});

test("the mark that the unit looks for is what it copies: our own first line is no match", () => {
  const text = new Map(parts(isolated).files).get("/etc/stowage/forwarding-ipv4.conf");
  expect(text).toBe("net/ipv4/ip_forward = 1\n");
});

test("the kernel lets Docker's chain know of links, of closed bridges as links, of others as bridges", () => {
  const address = parseAddress("192.0.2.1/24");
  if (address === null) throw new Error("no address");
  const on = (name: string, bridge: string): SystemContainer => {
    if (isolated.network.kind !== "own") throw new Error("no network");
    const { network } = isolated.network;
    const links = network.links.map((link) => ({ ...link, bridge, interface: hostInterface(name, "vb") }));
    return { ...isolated, name, network: { kind: "own", network: { ...network, links } } };
  };
  const bridges = [
    { name: "closed", interfaces: [], rstp: false, addresses: [address] },
    { name: "open", interfaces: ["eth1"], rstp: false, addresses: [] },
  ];
  const containers = [isolated, on("a", "closed"), on("b", "open"), on("c", "theirs")];
  const files = new Map(hostNetworkParts(defaultLayout, bridges, containers).files);
  const rules = files.get("/etc/stowage/docker.rules") ?? "";
  expect([...rules.matchAll(/-i (\S+) -j STOWAGE-FROM/g)].map(([, name]) => name)).toEqual(["closed", "ve-web"]);
  expect([...rules.matchAll(/-i (\S+) -o \1 -j ACCEPT/g)].map(([, name]) => name)).toEqual(["open", "theirs"]);
  // Managers: links, ports of our bridges, bridges that have addresses of ours; nobody else's bridge.
  expect(files.get("/etc/systemd/network/10-stowage.network")).toContain("\nName=closed eth1 vb-a vb-b vb-c ve-web\n");
});

test("without a network nothing of it is there", () => {
  expect(parts({ ...isolated, network: { kind: "host" } })).toEqual({ units: [], unitLinks: {}, files: [] });
});
